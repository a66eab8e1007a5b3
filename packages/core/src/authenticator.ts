import type { Auth, SignIn } from './auth.ts'
import { isLoopback } from './auth.ts'
import { ruleFor } from './close-codes.ts'
import type { Target } from './dial.ts'
import type { Clock } from './environment.ts'
import { bare, failed, HoldfastError, isHoldfastError } from './errors.ts'
import type { Effect, Machine } from './machine.ts'
import type { CloseInfo, ConnectionState } from './state.ts'
import { Timers } from './timers.ts'
import { TokenSource } from './token-source.ts'

/** After a renewal that failed, the next try comes no sooner than this, in ms. */
const RETRY = 1_000
/** After a handover that failed, the next try comes after this, in ms. */
const HANDOVER_RETRY = 30_000

export interface AuthenticatorHost {
  /** Sends a control message over the living socket, past the queue. */
  readonly send: (message: unknown) => void
  readonly onError: (error: HoldfastError) => void
  /** A new token is there that the living connection cannot be told of. */
  readonly onRenewed: () => void
}

/** What it does alone: a class with private members would make carriers of two copies of this package two types. */
export type SigningIn = Pick<Authenticator, keyof Authenticator>

/** Signs a connection in: gets tokens, puts them on their carrier, reads the answers, renews in time. */
export class Authenticator {
  readonly #auth: Auth
  readonly #host: AuthenticatorHost
  readonly #clock: Clock
  readonly #tokens: TokenSource
  readonly #timers: Timers<'renewal'>
  /** The token of the attempt under way, until it is sent. */
  #token = ''
  #awaitsAnswer = false
  #isOpen = false
  /** The living connection has an older token than it should. */
  #isOverdue = false

  constructor(auth: Auth, clock: Clock, host: AuthenticatorHost, tokens?: TokenSource) {
    this.#auth = auth
    this.#clock = clock
    this.#host = host
    this.#tokens = tokens ?? new TokenSource(auth, clock, host.onError)
    this.#timers = new Timers(clock, () => void this.#renew())
  }

  /** Whether the connection is open only after an answer. */
  get signIn(): SignIn | undefined {
    return this.#auth.via.signIn
  }

  /** @throws HoldfastError `INSECURE` where a token would cross a network in the clear. */
  checkUrl(url: string): void {
    const { protocol, hostname } = new URL(url)
    if (protocol !== 'ws:' || isLoopback(hostname) || this.#auth.allowInsecure) return
    throw new HoldfastError('INSECURE', 'A token over ws: can be read: use wss:, or auth.allowInsecure.')
  }

  /** One for another socket at the same time, with the same tokens; it renews none. */
  fork(send: AuthenticatorHost['send']): SigningIn {
    return new Authenticator(this.#auth, this.#clock, { ...this.#host, send }, this.#tokens)
  }

  /** Adds a token to where a dial goes. Throws or rejects where there is none. */
  authorize(target: Target, attempt: number): Target | Promise<Target> {
    this.checkUrl(target.url)
    const token = this.#tokens.get(attempt)
    return token instanceof Promise
      ? token.then((value) => this.#carry(target, value))
      : this.#carry(target, token)
  }

  /** The socket is open: sends the token, if it goes by message. */
  begin(): void {
    const token = this.#token
    this.#token = ''
    if (this.signIn) this.#sendToken(this.signIn, token)
  }

  /** Reads a message before anybody else does; `'accepted'` and `'refused'` ones are not for others. */
  read(message: unknown): 'other' | 'accepted' | 'refused' {
    if (!this.#awaitsAnswer || !this.signIn) return 'other'
    const { accepted, refused } = this.signIn
    const answer = this.#ask(refused, message)
      ? 'refused'
      : this.#ask(accepted, message)
        ? 'accepted'
        : 'other'
    if (answer !== 'other') this.#awaitsAnswer = false
    return answer
  }

  /** Goes along with a step of the machine. */
  follow(before: Machine, { state, generation }: Machine, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'tell-handover' && effect.close) this.#onHandoverFailed(effect.close)
      if (effect.type !== 'tell-lost') continue
      const isRefused = effect.verdict === 'reauthenticate' || effect.error?.code === 'AUTH_REFUSED'
      // A dial that failed may have failed for its token, and says nothing.
      if (isRefused || effect.close.phase === 'connecting' || state.status === 'closed') {
        this.#tokens.invalidate(isRefused)
      }
    }
    const isOther = generation !== before.generation
    if (isLive(before.state) && (!isLive(state) || isOther)) this.#end()
    if (state.status !== 'open' || (before.state.status === 'open' && !isOther)) return
    this.#isOpen = true
    this.#watch()
  }

  /** An attempt or a connection has ended: what was under way for it ends too. */
  #end(): void {
    this.#isOpen = false
    this.#isOverdue = false
    this.#awaitsAnswer = false
    this.#token = ''
    this.#timers.stopAll()
    this.#tokens.abort()
  }

  #onHandoverFailed(close: CloseInfo): void {
    const isRefused = close.error?.code === 'AUTH_REFUSED' || ruleFor(close.code).kind === 'reauthenticate'
    this.#tokens.invalidate(isRefused && close.phase === 'open')
    // It may be the token that does not come.
    if (close.local === 'timeout') this.#tokens.abort()
    // The connection that stays has another token than the one that was fetched last.
    this.#isOverdue = true
    if (this.#auth.renewBy === 'handover') this.#renewIn(HANDOVER_RETRY)
  }

  #carry(target: Target, token: string): Target {
    this.#token = token
    const { handshake } = this.#auth.via
    if (!handshake) return target
    try {
      return handshake(target, token)
    } catch {
      throw carrierFailed()
    }
  }

  #sendToken({ create }: SignIn, token: string): void {
    this.#awaitsAnswer = true
    try {
      this.#host.send(create(token))
    } catch (error) {
      // Of the codec or the native class, and these may quote the message.
      throw isHoldfastError(error) ? bare(error) : carrierFailed()
    }
  }

  #ask(predicate: ((incoming: never) => boolean) | undefined, message: unknown): boolean {
    try {
      // The user vouches for the type of what the codec makes.
      return predicate?.(message as never) ?? false
    } catch (cause) {
      this.#host.onError(failed('A predicate of auth.via', cause))
      return false
    }
  }

  #watch(): void {
    this.#renewIn(Math.max(0, this.#tokens.renewAt - this.#clock.now()))
  }

  /** Not where it is over: whoever was told of something may have closed it. */
  #renewIn(delay: number): void {
    if (this.#isOpen) this.#timers.start('renewal', delay)
  }

  async #renew(): Promise<void> {
    // The clock was set back, or this timer was started for an older token.
    if (!this.#isOverdue && this.#clock.now() < this.#tokens.renewAt) return this.#watch()
    try {
      const token = await this.#tokens.fetch(0)
      if (!this.#isOpen) return
      this.#isOverdue = false
      // With another carrier it is kept for the next dial.
      if (this.signIn && this.signIn.renew !== false) this.#sendToken(this.signIn, token)
      else if (this.#auth.renewBy === 'handover') this.#host.onRenewed()
      this.#watch()
    } catch (error) {
      if (!this.#isOpen) return
      if (isHoldfastError(error)) this.#host.onError(error)
      const left = this.#tokens.expiresAt - this.#clock.now()
      // Nothing is known of it after a handover that failed.
      if (left > 0) this.#renewIn(left < Infinity ? Math.max(RETRY, left / 2) : HANDOVER_RETRY)
    }
  }
}

/** While there is, or may be, a socket. */
function isLive({ status }: ConnectionState): boolean {
  return status === 'connecting' || status === 'open'
}

/** Without the error itself, which may show the token. */
function carrierFailed(): HoldfastError {
  return new HoldfastError('HANDLER', 'auth.via threw, or its message was refused.')
}

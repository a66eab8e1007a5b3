import type { Auth, Token } from './auth.ts'
import type { Complete } from './checks.ts'
import type { Environment } from './environment.ts'
import { describe, HoldfastError } from './errors.ts'
import { isThenable } from './thenable.ts'

const REFRESH_BEFORE = 30_000

interface Cached {
  readonly value: string
  /** Epoch ms; from then on another one is fetched. Infinity where nothing is known. */
  readonly renewAt: number
  readonly expiresAt: number
}

const NONE: Cached = { value: '', renewAt: Infinity, expiresAt: Infinity }

/** Fetches tokens, one call at a time, and keeps one for as long as it is said to be valid. */
export class TokenSource {
  readonly #auth: Auth
  readonly #environment: Pick<Environment, 'now'>
  readonly #onError: (error: HoldfastError) => void
  #cached = NONE
  #pending: { readonly token: Promise<string>; readonly controller: AbortController } | undefined
  #refused = false

  constructor(auth: Auth, environment: Pick<Environment, 'now'>, onError: (error: HoldfastError) => void) {
    this.#auth = auth
    this.#environment = environment
    this.#onError = onError
  }

  /** Epoch ms of the renewal that is due; Infinity for none. */
  get renewAt(): number {
    return this.#cached.renewAt
  }

  get expiresAt(): number {
    return this.#cached.expiresAt
  }

  /** A valid token, at once where there is one. Throws or rejects `TOKEN`. */
  get(attempt: number): string | Promise<string> {
    const { value, renewAt, expiresAt } = this.#cached
    if (expiresAt < Infinity && this.#environment.now() < renewAt) return value
    return this.fetch(attempt)
  }

  /** A new token; joins a call that is under way. */
  fetch(attempt: number): string | Promise<string> {
    if (this.#pending) return this.#pending.token
    const controller = new AbortController()
    const { signal } = controller
    const answer = this.#call(attempt, signal)
    if (!isThenable(answer)) return this.#accept(answer)
    const settle = (): void => {
      if (signal.aborted) throw new HoldfastError('TOKEN', 'The call was given up.')
      this.#pending = undefined
    }
    const token = new Promise<string | Token>((resolve, reject) => {
      answer.then(resolve, reject)
      // The function may take no notice of it.
      signal.addEventListener('abort', reject)
    }).then(
      (value) => {
        settle()
        return this.#accept(value)
      },
      (cause: unknown) => {
        settle()
        throw new HoldfastError('TOKEN', 'auth.token rejected.', { cause })
      },
    )
    // Whoever asked may be gone by then.
    token.catch(() => undefined)
    this.#pending = { token, controller }
    return token
  }

  /** The kept token is no good. `refused`: the server said so, and the next call is told. */
  invalidate(refused: boolean): void {
    this.#cached = NONE
    // A call that fails in between does not change that.
    this.#refused ||= refused
  }

  /** Ends a call that is under way. */
  abort(): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.controller.abort()
  }

  #call(attempt: number, signal: AbortSignal): string | Token | Promise<string | Token> {
    try {
      return this.#auth.token({ attempt, refused: this.#refused, signal })
    } catch (cause) {
      throw new HoldfastError('TOKEN', 'auth.token threw.', { cause })
    }
  }

  #accept(answer: string | Token): string {
    const now = this.#environment.now()
    const { value, expiresAt: given } = checkToken(answer, now)
    // Told, and used all the same: the clock of this host may be wrong, and the server knows how long it is good for.
    const isOver = given <= now
    if (isOver) this.#onError(new HoldfastError('TOKEN', 'expiresAt is over, by the clock of this host.'))
    const expiresAt = isOver ? Infinity : given
    const life = expiresAt - now
    const before = Math.min(this.#auth.refreshBefore ?? REFRESH_BEFORE, life / 2)
    this.#cached = { value, expiresAt, renewAt: life === Infinity ? Infinity : expiresAt - before }
    this.#refused = false
    return value
  }
}

/** A line break in a header or a query is somebody's attack, or a file that was read whole. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/

function checkToken(answer: string | Token, now: number): Complete<Token> {
  const token = typeof answer === 'string' ? { value: answer } : answer
  const { value, expiresAt = Infinity } = Object(token) as Partial<Token>
  if (typeof value !== 'string' || value === '') {
    throw new HoldfastError('TOKEN', `auth.token must give a text, not empty; got ${describe(value)}.`)
  }
  if (CONTROL.test(value)) throw new HoldfastError('TOKEN', 'A token must not have line breaks.')
  // Far in the past, it is in seconds.
  if (typeof expiresAt !== 'number' || !(expiresAt > now / 100)) {
    throw new HoldfastError('TOKEN', `expiresAt must be epoch ms; got ${describe(expiresAt)}.`)
  }
  return { value, expiresAt }
}

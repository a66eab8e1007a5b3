import { setTimeout as delay } from 'node:timers/promises'
import {
  type ConnectionState,
  type Environment,
  isHoldfastError,
  type WebSocketConstructor,
} from '@holdfast/core'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket as WsWebSocket } from 'ws'
import { illegalStep } from '../server/legal-states.ts'
import { derived, integer, pick, type Random, seeded } from '../support/random.ts'
import { comesTrue, type FastClock, fastClock, LATE, SPEED } from './clock.ts'
import { Host, type SignalName } from './host.ts'
import type { Journal } from './journal.ts'
import { Ledger } from './ledger.ts'
import type { SoakLine } from './line.ts'
import type { Profile } from './profile.ts'
import type { Up } from './protocol.ts'
import type { Account, Session } from './session.ts'
import { SocketWatch } from './socket-watch.ts'
import { MARK, Tokens } from './tokens.ts'

const NATIVE: Readonly<Record<Profile['native'], WebSocketConstructor>> = {
  ws: WsWebSocket,
  undici: UndiciWebSocket,
}

/** What may be told where tokens, servers and lines are as bad as here. */
const EXPECTED = ['CONNECT_TIMEOUT', 'TOKEN', 'AUTH_REFUSED', 'DECODE', 'SCHEMA']
/** Of a message: most are short, some fill buffers. */
const PADDINGS = [0, 0, 0, 0, 0, 0, 10, 100, 1_000, 1_000, 5_000, 20_000]

export interface ClientSetting {
  readonly name: string
  readonly seed: number
  readonly profile: Profile
  readonly line: SoakLine
  readonly journal: Journal
  /** Puts a class with a fault of its own between the client and the native one. */
  readonly tamper?: ((Native: WebSocketConstructor) => WebSocketConstructor) | undefined
}

/** What can be done to a client, and how often: the greater the weight the oftener. */
export type Operation = readonly [weight: number, name: string, act: () => unknown]

/** A client under test with all that is known of it. Its operations are drawn from its seed alone. */
export abstract class Client implements Account {
  readonly name: string
  readonly profile: Profile
  readonly line: SoakLine
  readonly ledger: Ledger
  session: Session | undefined
  readonly journal: Journal
  /** What it does depends on this alone. */
  random: Random
  protected readonly clock: FastClock = fastClock()
  protected readonly host: Host = new Host()
  protected readonly tokens: Tokens
  protected readonly environment: Partial<Environment>
  readonly watch: SocketWatch
  /** For what depends on when it is asked for. */
  protected readonly chance: Random
  readonly #seed: number
  #next = 0
  #state: ConnectionState | undefined
  #isPlaying = false
  /** Handovers that have begun. */
  protected moves = 0
  protected isMoving = false

  constructor({ name, seed, profile, line, journal, tamper = (Native) => Native }: ClientSetting) {
    this.name = name
    this.profile = profile
    this.line = line
    this.journal = journal
    this.#seed = seed
    this.random = seeded(seed)
    this.chance = seeded(derived(seed, 'chance'))
    this.ledger = new Ledger(profile.hasDelivery, (problem) => this.fail(problem))
    this.tokens = new Tokens(this.chance, this.clock.now, () => this.#isPlaying)
    this.watch = new SocketWatch(NATIVE[profile.native], {
      ledger: this.ledger,
      highWaterMark: profile.highWaterMark,
      onSecond: () => this.onSecond(),
      onDial: () => journal.count('dials'),
      fail: (problem) => this.fail(problem),
    })
    const { pending: _, ...clock } = this.clock
    this.environment = {
      ...clock,
      ...this.host.signals,
      WebSocket: tamper(this.watch.WebSocket),
      random: this.chance,
      reportError: (error) => this.onError(error),
    }
    line.accounts.set(name, this)
    this.note(JSON.stringify(profile))
  }

  abstract readonly state: ConnectionState
  protected abstract readonly operations: readonly Operation[]

  get carrier(): Profile['carrier'] {
    return this.profile.carrier
  }

  /** Whether it is what it should be where nothing is wrong. It may be nudged where only its user can help. */
  abstract isWell(): boolean
  /** What it is instead. */
  abstract describe(): string
  /** A question to the server is answered: the connection carries both ways. */
  abstract rollCall(): Promise<void>
  /** Ends it as its user does; resolves when nothing of it is left. */
  abstract close(): Promise<void>
  /** No more than a new one would have. */
  abstract dispose(): Promise<void>

  hasIssued(token: string): boolean {
    return this.tokens.has(token)
  }

  fail(problem: string): void {
    this.journal.fail(this.name, problem, this.line.name)
  }

  note(what: string): void {
    this.journal.note(this.name, what)
  }

  /** Does one thing after another until the signal says that it is enough: each round for itself. */
  async play(round: number, enough: AbortSignal): Promise<void> {
    this.random = seeded(derived(this.#seed, `round ${round}`))
    const lots = this.operations.flatMap((operation) => Array<Operation>(operation[0]).fill(operation))
    this.#isPlaying = true
    for (;;) {
      await delay(integer(this.random, 50, 1_500), undefined, { signal: enough }).catch(() => {})
      if (enough.aborted) break
      const [, name, act] = pick(this.random, lots)
      this.note(name)
      this.journal.count('operations')
      await act()
      this.check()
    }
    this.#isPlaying = false
  }

  /** All is well from now on, as far as the host goes. */
  recover(): void {
    this.host.recover()
  }

  protected check(): void {}

  /** Two live sockets: it tells of a handover, before or as soon as the call is over. */
  protected onSecond(): void {
    // Later it may have left the state in which it moves.
    if (this.isMoving) return
    const before = this.moves
    setImmediate(() => {
      if (this.moves === before) this.fail('dialled beside a live socket')
    })
  }

  protected flip(name: SignalName): void {
    this.note(`${name}: ${this.host.flip(name)}`)
  }

  message(): Extract<Up, { id: number }> {
    const padding = '.'.repeat(PADDINGS[integer(this.random, 0, PADDINGS.length - 1)] ?? 0)
    return { kind: 'message', id: this.#next++, ...(padding === '' ? {} : { padding }) }
  }

  /** Another connection takes its place. */
  protected renew(): void {
    this.#state = undefined
    this.isMoving = false
  }

  /** Its user has closed it, as far as was told. */
  protected get isEnding(): boolean {
    return this.#state?.status === 'closing' || this.#state?.status === 'closed'
  }

  protected onState(state: ConnectionState): void {
    for (const problem of illegalStep(this.#state, state)) this.fail(problem)
    this.#state = state
    if (state.status !== 'open') this.isMoving = false
    this.keepsSecret(state)
    this.noteState(state)
  }

  protected noteState(state: ConnectionState): void {
    const { status } = state
    const more =
      status === 'connecting' ? state.phase : status === 'waiting' ? JSON.stringify(state.cause) : ''
    this.note(`is ${status} ${more}`)
  }

  protected onError(error: unknown): void {
    if (isHoldfastError(error)) this.keepsSecret(error)
    if (!isHoldfastError(error) || !EXPECTED.includes(error.code))
      this.fail(`told an error: ${textOf(error)}`)
  }

  /** No token is in what it tells. */
  keepsSecret(told: object): void {
    const text = JSON.stringify(told, (_, value) =>
      value instanceof Error ? { ...value, text: textOf(value) } : value,
    )
    if (text.includes(MARK)) this.fail(`a token was told: ${text}`)
  }

  /** Awaits what must come within so many ms of the client's time. */
  protected async within<T>(ms: number, what: string, promise: Promise<T>): Promise<T | undefined> {
    let isSettled = false
    const done = promise.finally(() => {
      isSettled = true
    })
    const late = comesTrue(() => isSettled || this.journal.isOver, ms / SPEED + LATE).then((isDone) => {
      if (!isDone) this.fail(`${what} did not come about within ${ms} ms, and ${LATE} ms of ours`)
      return undefined
    })
    return Promise.race([done, late])
  }

  /** After the end nothing is left: no timer, no listener, no socket. A last frame tells of the queue. */
  protected async checkSilence(): Promise<void> {
    const isOver = () => this.clock.pending.size === 0 || this.state.status !== 'closed'
    if (!(await comesTrue(isOver, LATE)))
      this.fail(`${this.clock.pending.size} timers are left after the end`)
    // Somebody may have opened it meanwhile.
    if (this.state.status !== 'closed') return
    if (this.host.listening > 0)
      this.fail(`${this.host.listening} listeners of signals are left after the end`)
    for (const problem of this.watch.left()) this.fail(`${problem} is left after the end`)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.stack} ${error.cause ?? ''}` : String(error)
}

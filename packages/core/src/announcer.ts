import { Emitter } from './emitter.ts'
import { type Entry, messagesOf } from './entry.ts'
import type { Environment } from './environment.ts'
import { bare, failed, type HoldfastError, isHoldfastError } from './errors.ts'
import type { ConnectionEvent, LateTimer, TransitionCause, Without } from './events.ts'
import type { Effect } from './machine.ts'
import { Notices } from './notices.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import type { SenderListeners } from './sender-listeners.ts'
import { type ConnectionState, IDLE } from './state.ts'
import { LATE } from './timers.ts'

/** Errors that a state carries, so that nobody has to listen for them. */
const TOLD_BY_STATE: ReadonlySet<string> = new Set([
  'CONFIGURATION',
  'NO_WEBSOCKET',
  'INSECURE',
  'CONNECT_TIMEOUT',
  'AUTH_REFUSED',
  'OVERFLOW',
])

/** Tells listeners what happens to a connection: states, events and errors, in order. */
export class Announcer {
  readonly states: Emitter<ConnectionState>
  readonly events: Emitter<ConnectionEvent>
  readonly errors: Emitter<HoldfastError>
  readonly notices: Notices = new Notices()
  /** Reports what a listener threw. */
  readonly onThrow: (error: unknown) => void

  readonly #environment: Pick<Environment, 'now' | 'reportError'>
  readonly #outbox: () => OutboxSnapshot
  #toldState: ConnectionState = IDLE
  #stateSince: number

  constructor(environment: Pick<Environment, 'now' | 'reportError'>, outbox: () => OutboxSnapshot) {
    this.#environment = environment
    this.#outbox = outbox
    this.#stateSince = environment.now()
    this.onThrow = (error) => this.fail(failed('A listener', error))
    this.states = new Emitter(this.onThrow)
    // What listeners of events or errors throw is not told to them again: that would go on for ever.
    this.events = new Emitter((error) => this.#tellError(failed('A listener', error), false))
    this.errors = new Emitter((error) => environment.reportError(error))
  }

  /** The state that listeners were told last: what a new one begins with. */
  get toldState(): ConnectionState {
    return this.#toldState
  }

  state(state: ConnectionState, previous: ConnectionState, cause: TransitionCause): void {
    const now = this.#environment.now()
    const duration = now - this.#stateSince
    this.#stateSince = now
    this.notices.add(() => {
      this.#toldState = state
      this.states.emit(state)
    })
    this.tell({ type: 'state', state, previous, cause, duration, outbox: this.#outbox() })
  }

  lost({ error, ...lost }: Extract<Effect, { type: 'tell-lost' }>): void {
    if (error) this.fail(error)
    this.tell({ ...lost, type: 'lost' })
  }

  handover(handover: Extract<Effect, { type: 'tell-handover' }>): void {
    if (handover.close?.error) this.fail(handover.close.error, false)
    this.tell({ ...handover, type: 'handover' })
  }

  late(timer: LateTimer, by: number): void {
    if (by > LATE) this.tell({ type: 'late', timer, by })
  }

  tell(event: Without<ConnectionEvent, 'at'>): void {
    if (this.events.size === 0) return
    const timed = { ...quiet(event), at: this.#environment.now() }
    this.notices.add(() => this.events.emit(timed))
  }

  /** `isTold` where somebody learns of it in another way too. */
  fail(error: HoldfastError, isTold: boolean = TOLD_BY_STATE.has(error.code)): void {
    this.tell({ type: 'error', error })
    this.#tellError(error, isTold)
  }

  #tellError(error: HoldfastError, isTold: boolean): void {
    this.notices.add(() => {
      if (this.errors.size > 0) this.errors.emit(error)
      // It must not be lost because nobody listens.
      else if (!isTold) this.#environment.reportError(error)
    })
  }
}

/** Tells what becomes of messages. */
export function told(
  announcer: Announcer,
): Pick<SenderListeners, 'onDrop' | 'onRecovered' | 'onUnconfirmed' | 'onRestored'> {
  return {
    onDrop: ({ message, bytes }, reason) => announcer.tell({ type: 'dropped', message, reason, bytes }),
    onRecovered: (entries) => announcer.tell({ type: 'recovered', ...sizeOf(entries) }),
    onRestored(entries) {
      announcer.tell({ type: 'restored', messages: messagesOf(entries), ...sizeOf(entries) })
    },
    onUnconfirmed(entries, older) {
      announcer.tell({ type: 'unconfirmed', messages: messagesOf(entries), ...sizeOf(entries), older })
    },
  }
}

function sizeOf(entries: readonly Entry[]): { count: number; bytes: number } {
  return { count: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Where an error may be in an event, in a close and in a state. */
const WITH_ERRORS = ['error', 'close', 'state', 'previous', 'cause'] as const

/** A copy whose errors have no cause. */
function quiet<T extends object>(told: T): T {
  if (isHoldfastError(told)) return bare(told) as typeof told
  const copy: { [Key in (typeof WITH_ERRORS)[number]]?: unknown } & T = { ...told }
  for (const key of WITH_ERRORS) if (typeof copy[key] === 'object') copy[key] = quiet(copy[key] as never)
  return copy
}

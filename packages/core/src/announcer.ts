import { Emitter } from './emitter.ts'
import { type Entry, messagesOf } from './entry.ts'
import type { Environment } from './environment.ts'
import { HoldfastError } from './errors.ts'
import type { ConnectionEvent, LateTimer, TransitionCause, Without } from './events.ts'
import type { Effect } from './machine.ts'
import { Notices } from './notices.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import { failed } from './policies.ts'
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
    if (this.events.size === 0) return
    this.tell({ type: 'state', state, previous, cause, duration, outbox: this.#outbox() })
  }

  lost({ close, verdict, delay, error }: Extract<Effect, { type: 'tell-lost' }>): void {
    if (error) this.fail(error)
    this.tell({ type: 'lost', close, verdict, ...(delay === undefined ? {} : { delay }) })
  }

  handover({ step, reason, close }: Extract<Effect, { type: 'tell-handover' }>): void {
    if (close?.error) this.fail(close.error, false)
    this.tell({ type: 'handover', step, reason, ...(close ? { close } : {}) })
  }

  late(timer: LateTimer, by: number): void {
    if (by > LATE) this.tell({ type: 'late', timer, by })
  }

  tell(event: Without<ConnectionEvent, 'at'>): void {
    if (this.events.size === 0) return
    const timed = { ...event, at: this.#environment.now() }
    this.notices.add(() => this.events.emit(timed))
  }

  /** `isTold` where somebody learns of it in another way too. */
  fail(error: HoldfastError, isTold: boolean = TOLD_BY_STATE.has(error.code)): void {
    this.tell({ type: 'error', error: bare(error) })
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
    onUnconfirmed(entries, kept, older) {
      announcer.tell({ type: 'unconfirmed', messages: messagesOf(kept), ...sizeOf(entries), older })
    },
  }
}

function sizeOf(entries: readonly Entry[]): { count: number; bytes: number } {
  return { count: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Without its cause, which may quote a message: a `SyntaxError` does, and so do the issues of a schema. */
export function bare({ code, message, reason }: HoldfastError): HoldfastError {
  return new HoldfastError(code, message, { reason })
}

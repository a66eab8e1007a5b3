import { byteLength, own } from './bytes.ts'
import { NO_CLOSE_FRAME } from './close-codes.ts'
import type { RawIncoming, RawOutgoing } from './codec.ts'
import type { Shell } from './connection.ts'
import { Emitter } from './emitter.ts'
import type { DropReason } from './entry.ts'
import type { Environment } from './environment.ts'
import type { ConnectionEvent } from './events.ts'
import type { ConnectionState, OpenState } from './state.ts'
import { type Close, closeEvent } from './websocket-events.ts'

/** How a life ended, and whether by a failure. */
interface End extends Close {
  readonly isFailure: boolean
}

/**
 * Makes DOM events of what a shell tells: `open` at every connection, `close` at every loss.
 *
 * @remarks None is dispatched inside a call of the user's: `close()` must return before its `close` event.
 */
export class EventRelay {
  readonly #target: EventTarget
  readonly #shell: Shell<RawIncoming, RawOutgoing>
  readonly #clock: Pick<Environment, 'setTimeout' | 'now'>
  /** Tells what the queue never took: the shell knows nothing of it. */
  readonly #refused: Emitter<ConnectionEvent>
  /** The connection that is open now, or was last. */
  #last: OpenState | undefined
  #origin = ''
  #end: End = { ...NO_CLOSE_FRAME, isFailure: true }
  #isOver = false
  /** The end has come, told or not, and no new life has begun. */
  #hasEnded = false
  /** Payload bytes that will never be sent. */
  #discarded = 0
  #isHolding = false
  #held: (() => void)[] = []

  constructor(
    target: EventTarget,
    shell: Shell<RawIncoming, RawOutgoing>,
    clock: Pick<Environment, 'setTimeout' | 'now'>,
    onEvent: ((event: ConnectionEvent) => void) | undefined,
  ) {
    const { states, events, onThrow } = shell.announcer
    this.#target = target
    this.#shell = shell
    this.#clock = clock
    this.#refused = new Emitter(onThrow)
    states.add((state) => this.#onState(state))
    events.add((event) => this.#onEvent(event))
    if (onEvent) for (const emitter of [events, this.#refused]) emitter.add(onEvent)
    shell.ended.add(() => this.#tell(() => this.#tellEnd()))
  }

  /** Whether the end was told, and no new life has begun. */
  get isOver(): boolean {
    return this.#isOver
  }

  get last(): OpenState | undefined {
    return this.#last
  }

  get discarded(): number {
    return this.#discarded
  }

  /** Gives up what was never queued. */
  discard(message: RawOutgoing, reason: DropReason = 'closed'): void {
    const bytes = byteLength(message)
    this.#discarded += bytes
    if (this.#refused.size === 0) return
    const event = { type: 'dropped', at: this.#clock.now(), message: own(message), reason, bytes } as const
    this.#shell.announcer.notices.add(() => this.#refused.emit(event))
  }

  /**
   * Does what the user has called for. What it causes is told once the call has returned: of an end in a task
   * of its own, as the standard has it; of a beginning in a microtask, since a hidden page has its timers late.
   */
  call(work: () => void, isEnd: boolean): void {
    if (this.#isHolding) return work()
    const { state } = this.#shell
    this.#isHolding = true
    try {
      work()
    } finally {
      if (this.#held.length === 0 && this.#shell.state === state) this.#isHolding = false
      else if (isEnd) this.#clock.setTimeout(() => this.#release(), 0)
      else Promise.resolve().then(() => this.#release())
    }
  }

  /** Called with each message. */
  readonly message = (data: RawIncoming): void => {
    const { status } = this.#shell.state
    // The standard drops what comes while it is not open (§ "When a WebSocket message has been received"): after
    // close(), and while it signs in.
    if (status === 'connecting' || status === 'closing' || status === 'closed') return
    // No closure for each of them where nothing is held.
    if (this.#isHolding) this.#held.push(() => this.#dispatch(data))
    else this.#dispatch(data)
  }

  #dispatch(data: RawIncoming): void {
    this.#target.dispatchEvent(new MessageEvent('message', { data, origin: this.#origin }))
  }

  #onState(state: ConnectionState): void {
    switch (state.status) {
      case 'connecting':
        if (this.#hasEnded) this.#discarded = 0
        this.#hasEnded = false
        this.#isOver = false
        break
      case 'open':
        this.#last = state
        this.#origin = new URL(this.#shell.url).origin
        this.#tell(() => this.#target.dispatchEvent(new Event('open')))
        break
      case 'closed':
        this.#hasEnded = true
        if (state.by === 'user') this.#end = { ...state, isFailure: !state.wasClean }
    }
  }

  #onEvent(event: ConnectionEvent): void {
    // What a storage tells late, in the next life, is of the former one.
    if (event.type === 'dropped' && event.reason === 'closed' && this.#hasEnded)
      this.#discarded += event.bytes
    if (event.type === 'handover' && event.step === 'done') {
      // Whoever subscribes in `open` has to do so on the next connection, too.
      this.#tell(() => this.#tellLoss({ code: 1000, reason: event.reason, wasClean: true, isFailure: false }))
    }
    if (event.type !== 'lost') return
    const { close, verdict } = event
    // mock-socket says 1000 of a dial that failed; reconnect() is no failure.
    const isFailure = (!close.wasClean || close.phase === 'connecting') && close.local !== 'reconnect'
    const end = { ...close, isFailure }
    // The last one is told when all else is: its messages, and what is dropped with it.
    if (verdict === 'stop') this.#end = end
    else this.#tell(() => this.#tellLoss(end))
  }

  #tellEnd(): void {
    // Another life may have begun in the same task.
    this.#isOver = this.#shell.state.status === 'closed'
    this.#tellLoss(this.#end)
  }

  #tellLoss(end: End): void {
    if (end.isFailure) this.#target.dispatchEvent(new Event('error'))
    this.#target.dispatchEvent(closeEvent(end))
  }

  #tell(notice: () => void): void {
    if (this.#isHolding) this.#held.push(notice)
    else notice()
  }

  #release(): void {
    // The loop sees those that are added meanwhile.
    for (const notice of this.#held) notice()
    this.#held = []
    this.#isHolding = false
  }
}

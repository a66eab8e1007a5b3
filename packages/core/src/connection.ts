import { duration, oneOf } from './checks.ts'
import type { SendOptions } from './composer.ts'
import type { DeliverOptions, Receipt } from './delivery.ts'
import { Emitter } from './emitter.ts'
import { Engine, type ShellOptions } from './engine.ts'
import { HoldfastError, misconfigured } from './errors.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import type { RequestOptions } from './request-options.ts'
import { type CloseReport, type ConnectionState, hasEnded } from './state.ts'
import { checkClose, type UrlSource } from './url.ts'

export interface CloseOptions {
  /** How long queued messages may take to be written first, in ms. @defaultValue 3_000 */
  readonly drainTimeout?: number
}

export interface ReconnectCallOptions {
  /**
   * Open and sign in the next socket first, then close this one cleanly: for a planned move, of a connection
   * that is well. What the server sends to both comes twice. @defaultValue false: replace it at once
   */
  readonly handover?: boolean
}

/** What the public classes and the bindings stand on: checks a call, and hands it to the engine. */
export class Shell<Incoming, Outgoing> {
  readonly announcer: Engine<Incoming, Outgoing>['announcer']
  readonly messages: Engine<Incoming, Outgoing>['messages']
  readonly exchange: Engine<Incoming, Outgoing>['exchange']
  readonly digest: Engine<Incoming, Outgoing>['digest']
  /** The connection is closed, and all its messages have been told. */
  readonly ended: Emitter<void>
  readonly disposed: Emitter<void>

  readonly #engine: Engine<Incoming, Outgoing>
  readonly #sender: Engine<Incoming, Outgoing>['sender']
  #isDisposed = false

  constructor(source: UrlSource, options: ShellOptions, start: 'auto' | 'manual' = 'auto') {
    const engine = new Engine<Incoming, Outgoing>(source, options, () => this.#checkSendable())
    this.announcer = engine.announcer
    this.messages = engine.messages
    this.exchange = engine.exchange
    this.digest = engine.digest
    this.ended = engine.ended
    this.disposed = new Emitter(engine.announcer.onThrow)
    this.#engine = engine
    this.#sender = engine.sender

    // In a microtask: whoever subscribes at once misses nothing.
    if (!engine.driver.config.lazy && start === 'auto') {
      Promise.resolve().then(() => {
        if (this.state.status === 'idle') engine.driver.dispatch({ type: 'open' })
      })
    }
  }

  get state(): ConnectionState {
    return this.#engine.state
  }

  get outbox(): OutboxSnapshot {
    return this.#engine.outbox
  }

  get bufferedAmount(): number {
    return this.#sender.bytes + this.#engine.line.bufferedAmount
  }

  /** As {@link bufferedAmount}, with what a lost socket's buffer has kept: the standard never resets it. */
  get unsentAmount(): number {
    return this.bufferedAmount + this.#engine.ending.leftBehind
  }

  get url(): string {
    return this.#engine.url
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#engine.line.binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#engine.line.binaryType = oneOf('binaryType', type, ['blob', 'arraybuffer'])
  }

  send(message: Outgoing, options?: SendOptions): void {
    this.announcer.notices.hold()
    try {
      this.#sender.send(message, options)
    } finally {
      this.announcer.notices.release()
    }
    this.#engine.updateWanted(true)
  }

  deliver(message: Outgoing, options?: DeliverOptions): Promise<Receipt> {
    const receipt = this.announcer.notices.during(() => this.#sender.deliver(message, options))
    this.#engine.updateWanted(true)
    return receipt
  }

  request(message: Outgoing, options: RequestOptions<Incoming>): Promise<Incoming> {
    return this.announcer.notices.during(() => this.exchange.requests.send(message, options))
  }

  /** Drops what is queued; returns it, oldest first. */
  clear(): readonly Outgoing[] {
    return this.announcer.notices.during(() => {
      // What another life has stored is cleared too, also before the first dial.
      if (!hasEnded(this.state)) this.#sender.prepare()
      const messages = this.#sender.clear('cleared')
      this.#engine.onEmpty()
      return messages
    })
  }

  open(): void {
    this.#checkAlive('open()')
    this.#engine.driver.dispatch({ type: 'open' })
  }

  reconnect(reason = '', { handover = false }: ReconnectCallOptions = {}): void {
    this.#checkAlive('reconnect()')
    checkClose(undefined, reason)
    if (handover && !this.#engine.canQueue) {
      throw misconfigured('reconnect(reason, { handover })', 'false without a queue', handover)
    }
    this.#engine.driver.dispatch({ type: 'reconnect', reason, handover })
  }

  /** Ends it from this side; what is queued goes out after the next {@link open}. */
  fail(error: HoldfastError): void {
    this.#engine.line.fail(error)
  }

  close(code?: number, reason = '', options: CloseOptions = {}): Promise<CloseReport<Outgoing>> {
    checkClose(code, reason)
    const drainTimeout = duration('drainTimeout', options.drainTimeout, 3_000)
    const report = this.#engine.ending.wait()
    this.#engine.driver.dispatch({
      type: 'close',
      reason,
      drainTimeout,
      ...(code === undefined ? {} : { code }),
    })
    return report
  }

  /** Closes for good: it cannot be opened again. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    await this.close()
    this.disposed.emit()
    const { states, events, errors } = this.announcer
    for (const emitter of [states, events, errors, this.messages, this.digest.outboxes]) emitter.clear()
  }

  #checkAlive(call: string): void {
    if (this.#isDisposed) throw new HoldfastError('CLOSED', `${call} after the connection was disposed of.`)
  }

  #checkSendable(): void {
    if (!hasEnded(this.state) && !this.#isDisposed) return
    throw new HoldfastError('CLOSED', 'Nothing can be sent after close().', { reason: 'closed' })
  }
}

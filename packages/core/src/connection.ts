import { boolean, checkObject, duration, oneOf } from './checks.ts'
import type { SendOptions } from './composer.ts'
import type { DeliverOptions, Receipt } from './delivery.ts'
import { Emitter } from './emitter.ts'
import { Engine, type ShellOptions } from './engine.ts'
import type { Entry } from './entry.ts'
import { HoldfastError, misconfigured } from './errors.ts'
import type { RequestOptions } from './request-options.ts'
import { type CloseReport, hasEnded } from './state.ts'
import { checkClose, type UrlSource } from './url.ts'

export interface CloseOptions {
  /** How long queued messages may take to be written first, in ms. @defaultValue 3_000 */
  readonly drainTimeout?: number | undefined
  /**
   * Leave what is in `queue.storage` to the next connection that opens it: not dropped, but told as `stored`. With
   * `delivery` that is what is not acknowledged, too. Requests end all the same. @defaultValue false
   */
  readonly keepStored?: boolean | undefined
}

export interface ReconnectCallOptions {
  /**
   * Open and sign in the next socket first, then close this one cleanly: for a planned move, of a connection
   * that is well. What the server sends to both comes twice. @defaultValue false: replace it at once
   */
  readonly handover?: boolean | undefined
}

/** The engine as the public classes and the bindings have it: checks each call first. */
export class Shell<Incoming, Outgoing> extends Engine<Incoming, Outgoing> {
  readonly disposed: Emitter<void>
  #isDisposed = false

  constructor(source: UrlSource, options: ShellOptions, start: 'auto' | 'manual' = 'auto') {
    super(source, options)
    this.disposed = new Emitter(this.announcer.onThrow)

    // In a microtask: whoever subscribes at once misses nothing.
    if (!this.driver.config.lazy && start === 'auto') {
      Promise.resolve().then(() => {
        if (this.state.status === 'idle') this.driver.dispatch({ type: 'open' })
      })
    }
  }

  get bufferedAmount(): number {
    return this.sender.outbox.bytes + this.line.bufferedAmount
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.line.binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.line.binaryType = oneOf('binaryType', type, ['blob', 'arraybuffer'])
  }

  send(message: Outgoing, options?: SendOptions): void {
    this.announcer.notices.hold()
    try {
      // What is done most costs least: a text that needs nothing to be made of it, and has nothing to wait for.
      if (this.driver.isOpen && this.sender.pass(message, options)) this.digest.changed()
      else this.sender.send(message, options)
    } finally {
      this.announcer.notices.release()
    }
    this.updateWanted(true)
  }

  deliver(message: Outgoing, options?: DeliverOptions): Promise<Receipt> {
    const receipt = this.announcer.notices.during(() => this.sender.deliver(message, options))
    this.updateWanted(true)
    return receipt
  }

  request(message: Outgoing, options: RequestOptions<Incoming>): Promise<Incoming> {
    return this.announcer.notices.during(() => this.exchange.requests.send(message, options))
  }

  /** Drops what is queued; returns it, oldest first. */
  clear(): readonly Entry[] {
    return this.announcer.notices.during(() => {
      // What another life has stored is cleared too, also before the first dial.
      if (!hasEnded(this.state)) this.sender.keep?.open()
      const entries = this.sender.clear('cleared')
      this.onEmpty()
      return entries
    })
  }

  open(): void {
    this.#checkAlive('open()')
    this.driver.dispatch({ type: 'open' })
  }

  reconnect(reason = '', options: ReconnectCallOptions = {}): void {
    this.#checkAlive('reconnect()')
    checkClose(undefined, reason)
    checkObject('The options of reconnect()', options)
    const handover = boolean('handover', options.handover, false)
    if (handover && !this.canQueue) {
      throw misconfigured('reconnect(reason, { handover })', 'false without a queue', handover)
    }
    this.driver.dispatch({ type: 'reconnect', reason, handover })
  }

  /** Ends it from this side; what is queued goes out after the next {@link open}. */
  fail(error: HoldfastError): void {
    this.line.fail(error)
  }

  close(code?: number, reason = '', options: CloseOptions = {}): Promise<CloseReport<Outgoing>> {
    checkClose(code, reason)
    checkObject('The options of close()', options)
    const drainTimeout = duration('drainTimeout', options.drainTimeout, 3_000)
    const keepStored = boolean('keepStored', options.keepStored, false)
    this.sender.keep?.end(keepStored)
    const report = this.ending.wait()
    this.driver.dispatch({ type: 'close', code, reason, drainTimeout })
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
    if (this.#isDisposed) throw new HoldfastError('CLOSED', `${call} after the end.`)
  }
}

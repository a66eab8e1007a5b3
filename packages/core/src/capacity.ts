import type { Entry } from './entry.ts'
import { HoldfastError } from './errors.ts'
import type { Queue } from './queue.ts'

export interface OutboxLimits {
  readonly maxMessages: number
  readonly maxBytes: number
  readonly overflow: 'throw' | 'drop-oldest' | 'drop-newest'
}

export const UNLIMITED: OutboxLimits = { maxMessages: Infinity, maxBytes: Infinity, overflow: 'throw' }

/** What counts toward the limits of an outbox: what is queued, and what is in flight and may come back. */
export class Capacity {
  readonly #limits: OutboxLimits
  readonly #queue: Pick<Queue, 'length' | 'bytes'>
  #inFlight = 0
  #inFlightBytes = 0

  constructor(limits: OutboxLimits, queue: Pick<Queue, 'length' | 'bytes'>) {
    this.#limits = limits
    this.#queue = queue
  }

  /** Messages that are written, with an id, and not acknowledged. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** One is written. Its bytes are asked for only where they count: that is what counts a text. */
  take(entry: Entry): void {
    if (entry.id === undefined) return
    this.#inFlight += 1
    this.#inFlightBytes += entry.bytes
  }

  /** One that was written is no longer in flight. */
  release(entry: Entry): void {
    if (entry.status !== 'written' || entry.id === undefined) return
    this.#inFlight -= 1
    this.#inFlightBytes -= entry.bytes
  }

  /** Whether the limits are kept, with so many more of both. */
  fits(messages = 0, bytes = 0): boolean {
    const { maxMessages, maxBytes } = this.#limits
    return this.#messages + messages <= maxMessages && this.#bytes + bytes <= maxBytes
  }

  /** What `send()` throws where there is no room. */
  overflow(): HoldfastError {
    const { maxMessages, maxBytes } = this.#limits
    const text = `The queue is full: ${this.#messages} of ${maxMessages} messages, ${this.#bytes} of ${maxBytes} bytes.`
    return new HoldfastError('OVERFLOW', text, { reason: 'overflow' })
  }

  get #messages(): number {
    return this.#queue.length + this.#inFlight
  }

  get #bytes(): number {
    return this.#queue.bytes + this.#inFlightBytes
  }
}

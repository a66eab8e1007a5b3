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

  /** Whether the limits are kept, with one more in the place of another. */
  fits(entry?: Entry, old?: Entry): boolean {
    const { maxMessages, maxBytes } = this.#limits
    const messages = this.#queue.length + this.#inFlight + (entry ? 1 : 0) - (old ? 1 : 0)
    const bytes = this.#queue.bytes + this.#inFlightBytes + (entry?.bytes ?? 0) - (old?.bytes ?? 0)
    return messages <= maxMessages && bytes <= maxBytes
  }

  /** What `send()` throws where there is no room. */
  overflow(): HoldfastError {
    const { maxMessages, maxBytes } = this.#limits
    const messages = this.#queue.length + this.#inFlight
    const bytes = this.#queue.bytes + this.#inFlightBytes
    const text = `The queue is full: ${messages} of ${maxMessages} messages, ${bytes} of ${maxBytes} bytes.`
    return new HoldfastError('OVERFLOW', text, { reason: 'overflow' })
  }
}

import { byteLength, isLongerThan, type OwnedData } from './bytes.ts'
import { HoldfastError } from './errors.ts'
import { Ring } from './ring.ts'

/** Why an accepted message was given up. */
export type DropReason = 'overflow' | 'expired' | 'aborted' | 'timeout' | 'cleared' | 'closed'

/** Told what becomes of one message. */
export interface Fate {
  failed(reason: DropReason): void
}

/** The numbers of a connection's send queue. `accepted = written + dropped + queued`, always. */
export interface OutboxSnapshot {
  /** Messages that wait. */
  readonly queued: number
  /** Their payload, in bytes. */
  readonly queuedBytes: number
  /** Bytes that the native socket holds and has not given to the network (`bufferedAmount`). */
  readonly nativeBufferedAmount: number
  /** Messages that `send()` took, ever. */
  readonly accepted: number
  /** Messages handed to a native socket, ever; which proves no arrival. */
  readonly written: number
  /** Messages given up, ever; each was told as a `dropped` event. */
  readonly dropped: number
}

export interface Entry {
  /** As the user gave it, for the report of what was dropped. */
  readonly message: unknown
  readonly data: OwnedData
  readonly bytes: number
  /** Epoch ms; Infinity for a message without `ttl`. */
  readonly expiresAt: number
  readonly fate: Fate | undefined
  status: 'queued' | 'written' | 'over'
}

export interface OutboxLimits {
  readonly maxMessages: number
  readonly maxBytes: number
  readonly overflow: 'throw' | 'drop-oldest' | 'drop-newest'
}

/** The send queue: first in, first out, bounded by messages and bytes. Pure but for its own memory. */
export class Outbox {
  readonly #limits: OutboxLimits
  readonly #onDrop: (entry: Entry, reason: DropReason) => void
  readonly #ring = new Ring<Entry>()
  #bytes = 0
  #accepted = 0
  #written = 0
  #dropped = 0
  #nextExpiry = Infinity
  #lastExpiry = 0
  /** Whether messages expire in the order of the queue: so with one `ttl` for all. */
  #inOrder = true

  constructor(limits: OutboxLimits, onDrop: (entry: Entry, reason: DropReason) => void) {
    this.#limits = limits
    this.#onDrop = onDrop
  }

  get length(): number {
    return this.#ring.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Epoch ms of the first expiry, or before it; Infinity for none. */
  get nextExpiry(): number {
    return this.#nextExpiry
  }

  snapshot(nativeBufferedAmount: number): OutboxSnapshot {
    return {
      queued: this.length,
      queuedBytes: this.#bytes,
      nativeBufferedAmount,
      accepted: this.#accepted,
      written: this.#written,
      dropped: this.#dropped,
    }
  }

  /** @throws HoldfastError `OVERFLOW` for a message that could never be queued, whatever the policy. */
  checkSize(data: OwnedData): void {
    const { maxBytes } = this.#limits
    if (isLongerThan(data, maxBytes)) {
      throw new HoldfastError(
        'OVERFLOW',
        `A message of ${byteLength(data)} bytes is over maxBytes (${maxBytes}).`,
      )
    }
  }

  /** Counts a message that was written past the queue. */
  passed(): void {
    this.#accepted += 1
    this.#written += 1
  }

  /**
   * Queues a message, and makes room for it as the policy says.
   *
   * @throws HoldfastError `OVERFLOW` with `overflow: 'throw'` when the queue is full; nothing is changed then.
   */
  push(message: unknown, data: OwnedData, expiresAt: number, fate?: Fate): Entry {
    const { maxMessages, maxBytes, overflow } = this.#limits
    const entry: Entry = { message, data, bytes: byteLength(data), expiresAt, fate, status: 'queued' }
    if (this.#isFullFor(entry)) {
      if (overflow === 'throw') {
        throw new HoldfastError(
          'OVERFLOW',
          `The queue is full: ${this.length} of ${maxMessages} messages, ${this.#bytes} of ${maxBytes} bytes.`,
        )
      }
      if (overflow === 'drop-newest') {
        this.#accepted += 1
        this.#drop([entry], 'overflow')
        return entry
      }
      // The empty queue takes any message that passed checkSize(), so this ends.
      while (this.#isFullFor(entry)) this.#dropHead('overflow')
    }
    this.#accepted += 1
    this.#bytes += entry.bytes
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt)
    this.#inOrder = this.length === 0 || (this.#inOrder && expiresAt >= this.#lastExpiry)
    this.#lastExpiry = expiresAt
    this.#ring.push(entry)
    return entry
  }

  /** Puts written messages before all that waits, to be sent once more; each counts as a new one. */
  again(entries: readonly Entry[]): void {
    const waiting = [...this.#ring]
    this.#ring.clear()
    this.#inOrder = false
    this.#accepted += entries.length
    for (const entry of entries) {
      entry.status = 'queued'
      this.#bytes += entry.bytes
      this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt)
    }
    for (const entry of [...entries, ...waiting]) this.#ring.push(entry)
  }

  /** Drops one message, if it is queued. */
  drop(entry: Entry, reason: DropReason): void {
    if (entry.status !== 'queued') return
    this.#ring.filter((other) => other !== entry)
    this.#bytes -= entry.bytes
    if (this.#ring.length === 0) this.#nextExpiry = Infinity
    this.#drop([entry], reason)
  }

  /** The oldest message that has not expired; expired ones before it are dropped. */
  peek(now: number): Entry | undefined {
    for (;;) {
      const entry = this.#ring.peek()
      if (entry === undefined || entry.expiresAt > now) return entry
      this.#dropHead('expired')
    }
  }

  /** Takes the oldest message off, once it was handed to a socket. */
  shiftWritten(): void {
    const entry = this.#take()
    if (entry === undefined) return
    entry.status = 'written'
    this.#written += 1
  }

  /** Drops what has expired. */
  expire(now: number): void {
    if (this.#nextExpiry > now) return
    if (this.#inOrder) {
      this.#nextExpiry = this.peek(now)?.expiresAt ?? Infinity
      return
    }
    const expired: Entry[] = []
    let next = Infinity
    this.#ring.filter((entry) => {
      if (entry.expiresAt > now) {
        next = Math.min(next, entry.expiresAt)
        return true
      }
      expired.push(entry)
      return false
    })
    this.#nextExpiry = next
    for (const entry of expired) this.#bytes -= entry.bytes
    this.#drop(expired, 'expired')
  }

  /** Drops everything; returns the messages, oldest first. */
  clear(reason: 'cleared' | 'closed'): unknown[] {
    const entries = [...this.#ring]
    this.#ring.clear()
    this.#bytes = 0
    this.#nextExpiry = Infinity
    this.#drop(entries, reason)
    return entries.map(({ message }) => message)
  }

  #isFullFor({ bytes }: Entry): boolean {
    const { maxMessages, maxBytes } = this.#limits
    return this.length >= maxMessages || this.#bytes + bytes > maxBytes
  }

  #dropHead(reason: DropReason): void {
    const entry = this.#take()
    if (entry !== undefined) this.#drop([entry], reason)
  }

  #take(): Entry | undefined {
    const entry = this.#ring.shift()
    if (entry === undefined) return undefined
    this.#bytes -= entry.bytes
    if (this.#ring.length === 0) this.#nextExpiry = Infinity
    return entry
  }

  #drop(entries: readonly Entry[], reason: DropReason): void {
    // Counted before any is told: whoever looks at the numbers then finds none missing.
    this.#dropped += entries.length
    for (const entry of entries) entry.status = 'over'
    for (const entry of entries) {
      this.#onDrop(entry, reason)
      entry.fate?.failed(reason)
    }
  }
}

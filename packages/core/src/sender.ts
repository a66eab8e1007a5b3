import { byteLength, type OwnedData, own } from './bytes.ts'
import type { Codec } from './codec.ts'
import type { Clock } from './environment.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import { Flow } from './flow.ts'
import { duration, type Settings } from './options.ts'
import { type DropReason, type Entry, type Fate, Outbox, type OutboxSnapshot } from './outbox.ts'
import type { Socket } from './socket.ts'
import { Timers } from './timers.ts'

export interface SendOptions {
  /** How long the message may wait, in ms. @defaultValue the queue's `ttl` */
  readonly ttl?: number
}

export interface SenderListeners {
  /** Throws where nothing may be sent. */
  readonly check: () => void
  readonly onDrop: (entry: Entry, reason: DropReason) => void
  /** Nothing waits any more. */
  readonly onEmpty: () => void
  /** Counters have changed. */
  readonly onChange: () => void
  readonly onError: (error: HoldfastError) => void
  readonly onLate: (by: number) => void
}

const UNLIMITED = { maxMessages: Infinity, maxBytes: Infinity, overflow: 'throw' } as const

/** The outgoing half of a connection: encodes, queues, writes while there is a socket, lets go what expires. */
export class Sender<Outgoing> {
  readonly #codec: Codec<unknown, Outgoing>
  readonly #queue: Settings['queue']
  readonly #clock: Clock
  readonly #listeners: SenderListeners
  readonly #outbox: Outbox
  readonly #flow: Flow
  readonly #timers: Timers<'expiry'>
  #watched = Infinity

  constructor(
    codec: Codec<unknown, Outgoing>,
    queue: Settings['queue'],
    clock: Clock,
    listeners: SenderListeners,
  ) {
    this.#codec = codec
    this.#queue = queue
    this.#clock = clock
    this.#listeners = listeners
    this.#outbox = new Outbox(queue ?? UNLIMITED, listeners.onDrop)
    this.#flow = new Flow(this.#outbox, clock, {
      highWaterMark: queue?.highWaterMark ?? Infinity,
      onEmpty: listeners.onEmpty,
      onProgress: () => {
        this.#watchExpiry()
        listeners.onChange()
      },
      onRefused(cause) {
        listeners.onError(new HoldfastError('ENCODE', 'The native socket refused a message.', { cause }))
      },
    })
    this.#timers = new Timers(clock, (_, lateBy) => this.#onExpiry(lateBy))
  }

  get length(): number {
    return this.#outbox.length
  }

  get bytes(): number {
    return this.#outbox.bytes
  }

  snapshot(nativeBufferedAmount: number): OutboxSnapshot {
    return this.#outbox.snapshot(nativeBufferedAmount)
  }

  /** @throws HoldfastError `ENCODE`, `OVERFLOW`, `CONFIGURATION` (bad `ttl`), or `CLOSED` without a queue. */
  send(message: Outgoing, options?: SendOptions): void {
    this.#accept(message, options)
  }

  /** As {@link send}, for one who wants to know what becomes of the message. */
  track(message: Outgoing, fate: Fate): Entry {
    return this.#accept(message, undefined, fate)
  }

  /** Sends written messages once more, before all that waits; oldest first. */
  again(entries: readonly Entry[]): void {
    this.#outbox.again(entries)
    this.#watchExpiry()
    this.#listeners.onChange()
  }

  /** Gives a message up that is still queued. */
  drop(entry: Entry, reason: DropReason): void {
    if (entry.status !== 'queued') return
    this.#outbox.drop(entry, reason)
    this.#watchExpiry()
    this.#listeners.onChange()
    if (this.#outbox.length === 0) this.#listeners.onEmpty()
  }

  #accept(message: Outgoing, options?: SendOptions, fate?: Fate): Entry {
    this.#listeners.check()
    const encoded = this.#encode(message)
    // Once more: the codec is the user's code, and may have closed.
    this.#listeners.check()
    const data = this.#own(encoded)
    if (this.#queue !== undefined) this.#outbox.checkSize(data)
    const ttl = duration('ttl', options?.ttl, this.#queue?.ttl ?? Infinity)
    if (this.#flow.isClear) {
      this.#pass(data)
      // Only who follows a message may have it sent again, and then its size counts.
      const bytes = fate ? byteLength(data) : 0
      return { message, data, bytes, expiresAt: Infinity, fate, status: 'written' }
    }
    if (this.#queue === undefined) {
      throw new HoldfastError('CLOSED', 'send() while not open, and there is no queue.')
    }
    // What the caller can change is reported, too, as it was when it was sent.
    const entry = this.#outbox.push(encoded === message ? data : message, data, this.#clock.now() + ttl, fate)
    this.#watchExpiry()
    this.#flow.pump()
    this.#listeners.onChange()
    return entry
  }

  /** What goes over the wire for a message that does not go by the queue. */
  encode(message: Outgoing): OwnedData {
    return this.#own(this.#encode(message))
  }

  /** Writes to this socket from now on. */
  start(socket: Socket): void {
    this.#flow.start(socket)
  }

  stop(): void {
    this.#flow.stop()
  }

  /** Looks whether more can be written; worth a call whenever the host shows a sign of life. */
  pump(): void {
    this.#flow.pump()
  }

  /** Drops all that waits; returns it, oldest first. */
  clear(reason: 'cleared' | 'closed'): readonly Outgoing[] {
    const messages = this.#outbox.clear(reason)
    this.#watchExpiry()
    this.#listeners.onChange()
    // What was queued came in by send(), or is its copy.
    return messages as Outgoing[]
  }

  #encode(message: Outgoing): unknown {
    try {
      return this.#codec.encode(message)
    } catch (cause) {
      if (isHoldfastError(cause)) throw cause
      throw new HoldfastError('ENCODE', 'The codec could not encode the message.', { cause })
    }
  }

  #own(encoded: unknown): OwnedData {
    try {
      return own(encoded)
    } catch (cause) {
      if (isHoldfastError(cause)) throw cause
      // A detached buffer.
      throw new HoldfastError('ENCODE', 'The message could not be copied.', { cause })
    }
  }

  #pass(data: OwnedData): void {
    try {
      this.#flow.pass(data)
    } catch (cause) {
      throw new HoldfastError('ENCODE', 'The native socket refused the message.', { cause })
    }
    this.#listeners.onChange()
  }

  /** One timer, for the first expiry: a message is told as dropped when it expires, not at the next dial. */
  #watchExpiry(): void {
    const next = this.#outbox.nextExpiry
    if (next === this.#watched) return
    this.#watched = next
    if (next === Infinity) this.#timers.stop('expiry')
    else this.#timers.start('expiry', Math.max(0, next - this.#clock.now()))
  }

  #onExpiry(lateBy: number): void {
    this.#watched = Infinity
    this.#listeners.onLate(lateBy)
    this.#outbox.expire(this.#clock.now())
    this.#watchExpiry()
    this.#listeners.onChange()
    if (this.#outbox.length === 0) this.#listeners.onEmpty()
  }
}

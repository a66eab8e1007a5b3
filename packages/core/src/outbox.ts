import { Capacity, type OutboxLimits } from './capacity.ts'
import { type Composed, type DropReason, type Entry, mayHaveArrived } from './entry.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import { Queue } from './queue.ts'

/** The send queue and its books: bounded by messages and bytes, in flight ones included. */
export class Outbox {
  readonly #policy: OutboxLimits['overflow']
  readonly #onDrop: (entry: Entry, reason: DropReason) => void
  readonly #queue = new Queue()
  readonly #capacity: Capacity
  #accepted = 0
  #written = 0
  #recovered = 0
  #dropped = 0
  #unconfirmed = 0
  #acknowledged = 0

  constructor(limits: OutboxLimits, onDrop: (entry: Entry, reason: DropReason) => void) {
    this.#policy = limits.overflow
    this.#capacity = new Capacity(limits, this.#queue)
    this.#onDrop = onDrop
  }

  get length(): number {
    return this.#queue.length
  }

  get bytes(): number {
    return this.#queue.bytes
  }

  get inFlight(): number {
    return this.#capacity.inFlight
  }

  /** Epoch ms of the first expiry, or before it; Infinity for none. */
  get nextExpiry(): number {
    return this.#queue.nextExpiry
  }

  snapshot(nativeBufferedAmount: number): OutboxSnapshot {
    return {
      queued: this.length,
      queuedBytes: this.bytes,
      inFlight: this.inFlight,
      nativeBufferedAmount,
      accepted: this.#accepted,
      written: this.#written,
      recovered: this.#recovered,
      dropped: this.#dropped,
      unconfirmed: this.#unconfirmed,
      acknowledged: this.#acknowledged,
    }
  }

  /** Counts a message that goes past the queue: one without an id, which no limit is about. */
  pass(composed: Composed): void {
    this.#accepted += 1
    this.#written += 1
    if (typeof composed !== 'string') composed.status = 'written'
  }

  /**
   * Queues a message, in the place of one with its key or at the end, and makes room for it as the policy says.
   *
   * @throws HoldfastError `OVERFLOW` with `overflow: 'throw'` when the queue is full; nothing is changed then.
   */
  push(entry: Entry): void {
    const old = this.#queue.byKey(entry.key)
    const messages = old ? 0 : 1
    const bytes = entry.bytes - (old?.bytes ?? 0)
    const fits = this.#capacity.fits(messages, bytes) || this.#makeRoom(messages, bytes, old)
    this.#accepted += 1
    if (!fits) this.#drop([entry], 'overflow')
    else if (old === undefined) this.#queue.push(entry)
    else {
      this.#queue.replace(old, entry)
      // In a storage, too, it takes the place.
      entry.storedAs = old.storedAs
      this.#drop([old], 'replaced')
    }
  }

  /** Puts messages of a storage before all that waits, oldest first; they may take the queue over its limits. */
  restore(entries: readonly Entry[]): void {
    this.#accepted += entries.length
    this.#return(entries)
  }

  /** The oldest message that has not expired; expired ones before it are dropped. */
  peek(now: number): Entry | undefined {
    for (;;) {
      const entry = this.#queue.peek()
      if (entry === undefined || entry.expiresAt > now) return entry
      this.drop(entry, 'expired')
    }
  }

  /** Takes the oldest message, to hand it to a socket. */
  take(entry: Entry): void {
    this.#queue.remove(entry)
    this.#written += 1
    entry.status = 'written'
    this.#capacity.take(entry)
  }

  /** Puts back what {@link take} took: the socket has refused it. */
  undo(entry: Entry): void {
    this.#capacity.release(entry)
    this.#written -= 1
    this.#queue.unshift(entry)
  }

  /** As if {@link pass} had not been: the socket has refused it. */
  undoPass(): void {
    this.#accepted -= 1
    this.#written -= 1
  }

  /**
   * Returns written messages to the head of the queue, oldest first.
   *
   * @remarks With `overflow: 'throw'` they may take it over its limits: nothing is dropped that somebody
   * trusts to be kept. Nor is it as the connection is closed (`isFinal`), and tells what is left.
   */
  recover(entries: readonly Entry[], isFinal?: boolean): void {
    this.#recovered += entries.length
    for (const entry of entries) this.#capacity.release(entry)
    this.#return(entries)
    if (isFinal || this.#policy === 'throw' || this.#capacity.fits()) return
    const queued = [...this.#queue]
    for (const entry of this.#policy === 'drop-oldest' ? queued : queued.reverse()) {
      if (this.#capacity.fits()) return
      if (!mayHaveArrived(entry)) this.drop(entry, 'overflow')
    }
  }

  /** The server has acknowledged a message: one in flight, or one that was and is queued again. */
  acknowledge(entry: Entry): void {
    if (entry.status === 'written') this.#capacity.release(entry)
    else {
      this.#queue.remove(entry)
      // It has arrived over another socket: as good as written again.
      this.#written += 1
    }
    entry.status = 'over'
    this.#acknowledged += 1
  }

  /** Lets go of messages of which nothing proves whether they have arrived, and nothing will; counts the newest of them. */
  giveUp(entries: readonly Entry[], count: number): void {
    this.#unconfirmed += count
    for (const entry of entries) {
      this.#capacity.release(entry)
      entry.status = 'over'
    }
  }

  /** Drops one message, if it is queued. */
  drop(entry: Entry, reason: DropReason): void {
    if (entry.status !== 'queued') return
    this.#queue.remove(entry)
    this.#drop([entry], reason)
  }

  /** Drops what has expired. */
  expire(now: number): void {
    this.#drop(this.#queue.expire(now), 'expired')
  }

  /** All that waits, oldest first. */
  get waiting(): readonly Entry[] {
    return [...this.#queue]
  }

  /** Whether a message of this key waits. */
  isQueued(key: string | undefined): boolean {
    return this.#queue.byKey(key) !== undefined
  }

  /** Drops everything that waits; returns it, oldest first. */
  clear(reason: 'cleared' | 'closed'): Entry[] {
    const entries = this.#queue.clear()
    this.#drop(entries, reason)
    return entries
  }

  /** Makes room for so many more as the policy says; false where it is the new message that goes. */
  #makeRoom(messages: number, bytes: number, old: Entry | undefined): boolean {
    if (this.#policy === 'throw') throw this.#capacity.overflow()
    if (this.#policy === 'drop-newest') return false
    const gone: Entry[] = []
    for (const entry of this.#queue) {
      if (this.#capacity.fits(messages, bytes)) break
      if (entry === old || mayHaveArrived(entry)) continue
      gone.push(entry)
      messages -= 1
      bytes -= entry.bytes
    }
    // None goes in vain: what is in flight may leave no room by itself.
    if (!this.#capacity.fits(messages, bytes)) return false
    for (const entry of gone) this.drop(entry, 'overflow')
    return true
  }

  /** To the head of the queue. One whose key is queued again is outdated. */
  #return(entries: readonly Entry[]): void {
    const outdated: Entry[] = []
    for (const entry of [...entries].reverse()) {
      if (this.#queue.byKey(entry.key)) outdated.unshift(entry)
      else this.#queue.unshift(entry)
    }
    this.#drop(outdated, 'replaced')
  }

  #drop(entries: readonly Entry[], reason: DropReason): void {
    // Counted before any is told: whoever looks at the numbers then finds none missing.
    this.#dropped += entries.length
    for (const entry of entries) entry.status = 'over'
    for (const entry of entries) this.#onDrop(entry, reason)
  }
}

import type { Entry } from './entry.ts'
import { Ring } from './ring.ts'

/** Gaps that are left in the ring before it is closed up, beside as many as there are entries. */
const GAPS = 64

/** Entries that wait, in order: found by key, taken out from anywhere, and known by when they expire. */
export class Queue {
  /** With gaps: an entry that was taken out of the middle stays, no longer `'queued'`. */
  readonly #ring = new Ring<Entry>()
  readonly #byKey = new Map<string, Entry>()
  #length = 0
  #bytes = 0
  #nextExpiry = Infinity
  #lastExpiry = 0
  /** Whether entries expire in the order of the queue: so with one `ttl` for all. */
  #inOrder = true

  get length(): number {
    return this.#length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Epoch ms of the first expiry, or before it; Infinity for none. */
  get nextExpiry(): number {
    return this.#nextExpiry
  }

  byKey(key: string | undefined): Entry | undefined {
    return key === undefined ? undefined : this.#byKey.get(key)
  }

  push(entry: Entry): void {
    if (this.#ring.length > 2 * this.#length + GAPS) this.#close()
    this.#inOrder &&= entry.expiresAt >= this.#lastExpiry
    this.#lastExpiry = entry.expiresAt
    entry.place = this.#ring.push(entry)
    this.#count(entry)
  }

  unshift(entry: Entry): void {
    this.#inOrder = false
    // One that was taken out of the middle may still be there.
    if (entry.status === 'over') this.#close()
    entry.place = this.#ring.unshift(entry)
    this.#count(entry)
  }

  /** Puts one in the place of another, which is over then. */
  replace(old: Entry, entry: Entry): void {
    entry.place = old.place
    this.#ring.put(old.place, entry)
    this.remove(old)
    this.#inOrder = false
    this.#count(entry)
  }

  /** The oldest; none where it is empty. */
  peek(): Entry | undefined {
    for (;;) {
      const entry = this.#ring.peek()
      if (entry === undefined || entry.status === 'queued') return entry
      this.#ring.shift()
    }
  }

  /** Takes one out, which is over then. */
  remove(entry: Entry): void {
    entry.status = 'over'
    this.#length -= 1
    this.#bytes -= entry.bytes
    if (entry.key !== undefined && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key)
    if (entry === this.#ring.peek()) this.#ring.shift()
    if (this.#length > 0) return
    this.#nextExpiry = Infinity
    this.#lastExpiry = 0
    this.#inOrder = true
  }

  /** Takes out what has expired, oldest first. */
  expire(now: number): Entry[] {
    if (this.#nextExpiry > now) return []
    const expired: Entry[] = []
    for (const entry of this) {
      if (entry.expiresAt <= now) expired.push(entry)
      else if (this.#inOrder) break
    }
    for (const entry of expired) this.remove(entry)
    this.#nextExpiry = Infinity
    for (const { expiresAt } of this) {
      this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt)
      if (this.#inOrder) break
    }
    return expired
  }

  /** Takes out all, oldest first. */
  clear(): Entry[] {
    const entries = [...this]
    for (const entry of entries) this.remove(entry)
    this.#ring.clear()
    return entries
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const entry of this.#ring) if (entry.status === 'queued') yield entry
  }

  #count(entry: Entry): void {
    entry.status = 'queued'
    this.#length += 1
    this.#bytes += entry.bytes
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt)
    if (entry.key !== undefined) this.#byKey.set(entry.key, entry)
  }

  #close(): void {
    const entries = [...this]
    this.#ring.clear()
    for (const entry of entries) entry.place = this.#ring.push(entry)
  }
}

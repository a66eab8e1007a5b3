import { isBlob, type OwnedData } from './bytes.ts'
import type { SocketEnd } from './loss.ts'
import { Ring } from './ring.ts'

/** What one write gave to the native socket. */
export interface Written {
  readonly data: OwnedData
  readonly bytes: number
  /** Its place among all writes of a connection, from 1; 0 if it was never written. */
  sequence: number
}

/** The longest frame header of a client: 2 bytes, a 64-bit length and the mask (RFC 6455 §5.2). */
const LONGEST_HEADER = 14

/**
 * The newest messages that were written to one socket: those that may still be in its buffer, the newest of all, and
 * the newest `keep` bytes of the others.
 *
 * @remarks The standard does not reset `bufferedAmount` when a socket closes: read in the `close` event, it
 * tells how many of the newest bytes never left.
 * @see https://websockets.spec.whatwg.org/#dom-websocket-bufferedamount
 */
export class Tail<T extends Written> {
  readonly #keep: number
  readonly #itemOf: (text: string) => T
  /** A text that was written without an item of its own gets one when it is asked for, which most never are. */
  readonly #ring = new Ring<T | string>()
  /** Of all that is held, by {@link atLeast}. */
  #size = 0
  /** How many are empty: these count as a byte each, so that they do not pile up. */
  #empty = 0
  #header: number | undefined
  readonly #isInDoubt: (item: T) => boolean
  /** Of those that were let go: how many nothing has proven to have arrived. */
  #older = 0
  /** Up to this one all has left, as far as was asked. */
  #edge = 0
  /** How far {@link left} has counted, and the bytes from its edge to there: it is asked at every look. */
  #counted = 0
  #behindEdge = 0

  /** @param isInDoubt - Whether one counts as {@link older} when it is let go; a text does. */
  constructor(keep: number, itemOf: (text: string) => T, isInDoubt: (item: T) => boolean) {
    this.#keep = keep
    this.#itemOf = itemOf
    this.#isInDoubt = isInDoubt
  }

  /** The sequence of the newest write: its place in the ring is one less. */
  get last(): number {
    return this.#ring.end
  }

  /** How many were written before all that is held, and nothing proves that they have arrived. */
  get older(): number {
    return this.#older
  }

  /** The peer has read all up to this one. */
  prove(sequence: number): void {
    this.#ring.shiftWhile(sequence, (head, place) => this.#forget(head, place + 1))
    // At the most: which of them are in doubt is not remembered one by one.
    this.#older = Math.max(0, Math.min(this.#older, this.#oldest - 1 - sequence))
  }

  /** Takes what is about to be written; `buffered` is the native `bufferedAmount` before. */
  add(item: T | string, buffered: number): void {
    const own = atLeast(item)
    // Nothing before it is to be counted by a later look.
    if (buffered === 0) this.#passAll()
    this.#ring.push(item)
    if (typeof item !== 'string') item.sequence = this.last
    this.#size += own
    if (own === 0) this.#empty += 1
    // Many in one go: it costs less.
    if (this.#size + this.#empty > this.#keep * 1.125) this.#letGo(buffered + own)
  }

  /** Takes the newest back: the native socket has refused it. False where it was taken meanwhile. */
  undo(): boolean {
    const item = this.#ring.pop()
    if (item === undefined) return false
    const size = atLeast(item)
    this.#size -= size
    if (size === 0) this.#empty -= 1
    // Somebody has asked within the call that was refused.
    if (this.#counted > this.last) {
      if (typeof item !== 'string' && this.#edge <= this.last) this.#behindEdge -= item.bytes
      this.#counted = this.last
      this.#edge = Math.min(this.#edge, this.last)
    }
    return true
  }

  /** Learns from the newest write by how much it made `bufferedAmount` grow. */
  calibrate(grown: number): void {
    if (grown === 0) return
    const bytes = this.#at(this.last)?.bytes ?? Infinity
    if (grown >= bytes) this.#header = grown > bytes ? LONGEST_HEADER : 0
  }

  /** Whether {@link calibrate} has something to learn. */
  get isUncalibrated(): boolean {
    return this.#header === undefined
  }

  /** How many of the newest items are wholly among the last `buffered` bytes. */
  unsent(buffered: number): number {
    const header = this.#header ?? 0
    let bytes = 0
    let count = 0
    // While bytes of older ones are buffered too: an empty message at the very edge may have left.
    while (count < this.#ring.length && bytes < buffered) {
      const item = this.#at(this.last - count)
      if (item === undefined) break
      bytes += item.bytes + header
      if (bytes > buffered) break
      count += 1
    }
    // Firefox passes over a Blob that it cannot read, and ends behind it: just that one is buffered then.
    for (let sequence = this.last - count; sequence > this.#edge; sequence--) {
      const item = this.#at(sequence)
      if (item?.bytes === buffered && isBlob(item.data)) return 0
    }
    return count
  }

  /** The sequence up to which all has left, when `buffered` bytes have not. */
  left(buffered: number): number {
    if (buffered === 0) this.#passAll()
    for (; this.#counted < this.last; this.#counted += 1) {
      this.#behindEdge += this.#at(this.#counted + 1)?.bytes ?? 0
    }
    for (;;) {
      const next = this.#at(this.#edge + 1)
      if (next === undefined || this.#behindEdge - next.bytes < buffered) return this.#edge
      this.#passEdge(next, this.#edge + 1)
    }
  }

  /**
   * As {@link left}, of a socket that is gone: `edge` is what {@link unsent} makes of its end, `held` what its
   * `bufferedAmount` says where it is only given up.
   */
  leftAtEnd({ buffered, isAnswered, isClean }: SocketEnd, edge: number, held: number): number {
    if (buffered === undefined) return this.left(held)
    // At a cut ws and undici say 0, whatever they held: what was shown before holds.
    if (buffered === 0 && !isClean) return this.#edge
    return isAnswered ? this.last : edge
  }

  /** All that is held, oldest first; nothing is held after that. */
  take(): T[] {
    const items = [...this.#ring].flatMap((_, index) => this.#at(this.#oldest + index) ?? [])
    this.#ring.clear()
    this.#size = 0
    this.#empty = 0
    this.#older = 0
    this.#header = undefined
    this.#passAll()
    return items
  }

  /** Lets go of the oldest. By lower bounds, which cost nothing to know: a few more than needed are held. */
  #letGo(buffered: number): void {
    this.#ring.shiftWhile(this.last - 1, (head, place) => {
      const left = this.#size - atLeast(head)
      if (this.#size + this.#empty <= this.#keep) return false
      if (left - buffered < Math.max(0, this.#keep - this.#empty)) return false
      return this.#forget(head, place + 1)
    })
  }

  /** Accounts for one that is let go of: it may be. */
  #forget(head: T | string, sequence: number): true {
    this.#passEdge(head, sequence)
    const size = atLeast(head)
    this.#size -= size
    if (size === 0) this.#empty -= 1
    if (typeof head === 'string' || this.#isInDoubt(head)) this.#older += 1
    return true
  }

  /** The sequence of the oldest that is held. */
  get #oldest(): number {
    return this.last - this.#ring.length + 1
  }

  #at(sequence: number): T | undefined {
    const item = this.#ring.at(sequence - 1)
    if (typeof item !== 'string') return item
    const made = this.#itemOf(item)
    made.sequence = sequence
    this.#ring.put(sequence - 1, made)
    return made
  }

  #passAll(): void {
    this.#edge = this.last
    this.#counted = this.last
    this.#behindEdge = 0
  }

  /** The next one has left. */
  #passEdge(item: T | string, sequence: number): void {
    if (sequence <= this.#edge) return
    // A text without an item is counted only as it passes.
    if (typeof item !== 'string' && sequence <= this.#counted) this.#behindEdge -= item.bytes
    else this.#counted = sequence
    this.#edge = sequence
  }
}

/** Payload bytes, or fewer: a UTF-16 unit takes at least one byte. */
function atLeast(item: Written | string): number {
  const data = typeof item === 'string' ? item : item.data
  if (typeof data === 'string') return data.length
  return 'byteLength' in data ? data.byteLength : data.size
}

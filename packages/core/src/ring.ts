/**
 * A first-in-first-out buffer, open at both ends, that grows by doubling: every operation takes constant time on
 * average. Each item has a place, a whole number that it keeps for as long as it is in; the first one pushed has 0, and
 * what is put before it has negative ones.
 */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(16)
  /** The place of the oldest item. */
  #first = 0
  #end = 0

  get length(): number {
    return this.#end - this.#first
  }

  /** The place behind the newest item, where the next one goes. */
  get end(): number {
    return this.#end
  }

  /** Puts an item behind all others; returns its place. */
  push(item: T): number {
    if (this.length === this.#slots.length) this.#resize(this.#slots.length * 2)
    this.put(this.#end, item)
    this.#end += 1
    return this.#end - 1
  }

  /** Puts an item before all others; returns its place. */
  unshift(item: T): number {
    if (this.length === this.#slots.length) this.#resize(this.#slots.length * 2)
    this.#first -= 1
    this.put(this.#first, item)
    return this.#first
  }

  /** Puts an item in the place of another. */
  put(place: number, item: T | undefined): void {
    this.#slots[place & (this.#slots.length - 1)] = item
  }

  peek(): T | undefined {
    return this.at(this.#first)
  }

  /** The item at a place, which must not be before the oldest. */
  at(place: number): T | undefined {
    return place < this.#end ? this.#slots[place & (this.#slots.length - 1)] : undefined
  }

  shift(): T | undefined {
    const item = this.peek()
    if (item !== undefined) this.shiftWhile(this.#first + 1, () => true)
    return item
  }

  /**
   * Takes the oldest off, up to a place, for as long as they pass a test, which must leave the ring alone: cheaper than
   * one by one.
   */
  shiftWhile(end: number, test: (item: T, place: number) => boolean): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let place = this.#first
    for (const last = Math.min(end, this.#end); place < last; place++) {
      if (!test(slots[place & mask] as T, place)) break
      // Let go of it: a drained queue must not hold on to a million messages.
      slots[place & mask] = undefined
    }
    this.#first = place
    let capacity = slots.length
    while (capacity > 1024 && this.length < capacity >> 2) capacity >>= 1
    if (capacity < slots.length) this.#resize(capacity)
  }

  /** Takes the newest off. */
  pop(): T | undefined {
    const item = this.at(this.#end - 1)
    if (item === undefined) return undefined
    this.#end -= 1
    this.put(this.#end, undefined)
    return item
  }

  clear(): void {
    this.#slots = new Array(16)
    this.#first = this.#end
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let place = this.#first; place < this.#end; place++) {
      const item = this.at(place)
      if (item !== undefined) yield item
    }
  }

  #resize(capacity: number): void {
    const slots: (T | undefined)[] = new Array(capacity)
    for (let place = this.#first; place < this.#end; place++) slots[place & (capacity - 1)] = this.at(place)
    this.#slots = slots
  }
}

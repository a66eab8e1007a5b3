/** A first-in-first-out buffer, open at both ends, that grows by doubling: every operation takes constant time on average. */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(16)
  #head = 0
  #length = 0
  /** The place of the oldest item; an item keeps its place while it is in. */
  #first = 0

  get length(): number {
    return this.#length
  }

  /** Puts an item behind all others; returns its place, for {@link put}. */
  push(item: T): number {
    if (this.#length === this.#slots.length) this.#resize(this.#slots.length * 2)
    this.set(this.#length, item)
    this.#length += 1
    return this.#first + this.#length - 1
  }

  /** Puts an item before all others; returns its place. */
  unshift(item: T): number {
    if (this.#length === this.#slots.length) this.#resize(this.#slots.length * 2)
    this.#head = (this.#head - 1) & (this.#slots.length - 1)
    this.#slots[this.#head] = item
    this.#length += 1
    this.#first -= 1
    return this.#first
  }

  /** Puts an item in the place of another, as {@link push} or {@link unshift} has told it. */
  put(place: number, item: T): void {
    this.set(place - this.#first, item)
  }

  peek(): T | undefined {
    return this.#slots[this.#head]
  }

  /** The item at a place, counted from the oldest. */
  at(index: number): T | undefined {
    return index < this.#length ? this.#slots[(this.#head + index) & (this.#slots.length - 1)] : undefined
  }

  /** Puts an item in the place of another, counted from the oldest. */
  set(index: number, item: T): void {
    this.#slots[(this.#head + index) & (this.#slots.length - 1)] = item
  }

  shift(): T | undefined {
    const item = this.#slots[this.#head]
    if (this.#length === 0) return undefined
    // Let go of it: a drained queue must not hold on to a million messages.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#length -= 1
    this.#first += 1
    if (this.#slots.length > 1024 && this.#length < this.#slots.length / 4)
      this.#resize(this.#slots.length / 2)
    return item
  }

  /** Takes the newest off. */
  pop(): T | undefined {
    if (this.#length === 0) return undefined
    this.#length -= 1
    const last = (this.#head + this.#length) & (this.#slots.length - 1)
    const item = this.#slots[last]
    this.#slots[last] = undefined
    return item
  }

  clear(): void {
    this.#slots = new Array(16)
    this.#head = 0
    this.#length = 0
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) {
      const item = this.at(i)
      if (item !== undefined) yield item
    }
  }

  #resize(capacity: number): void {
    const slots: (T | undefined)[] = new Array(capacity)
    for (let i = 0; i < this.#length; i++) slots[i] = this.at(i)
    this.#slots = slots
    this.#head = 0
  }
}

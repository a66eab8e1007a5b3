/** A first-in-first-out buffer that grows by doubling: every operation takes constant time on average. */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(16)
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#resize(this.#slots.length * 2)
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item
    this.#length += 1
  }

  peek(): T | undefined {
    return this.#slots[this.#head]
  }

  shift(): T | undefined {
    const item = this.#slots[this.#head]
    if (this.#length === 0) return undefined
    // Let go of it: a drained queue must not hold on to a million messages.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#length -= 1
    if (this.#slots.length > 1024 && this.#length < this.#slots.length / 4)
      this.#resize(this.#slots.length / 2)
    return item
  }

  /** Keeps what passes, in order. */
  filter(keep: (item: T) => boolean): void {
    const kept = [...this].filter(keep)
    this.clear()
    for (const item of kept) this.push(item)
  }

  clear(): void {
    this.#slots = new Array(16)
    this.#head = 0
    this.#length = 0
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) {
      const item = this.#slots[(this.#head + i) & (this.#slots.length - 1)]
      if (item !== undefined) yield item
    }
  }

  #resize(capacity: number): void {
    const slots: (T | undefined)[] = new Array(capacity)
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) & (this.#slots.length - 1)]
    this.#slots = slots
    this.#head = 0
  }
}

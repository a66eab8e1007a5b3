/** Messages in the order in which they came, and whoever waits for the next. */
export class Mailbox<T> {
  readonly messages: T[] = []
  #taken = 0
  readonly #waiting: ((message: T) => void)[] = []

  add(message: T): void {
    this.messages.push(message)
    const next = this.#waiting.shift()
    if (!next) return
    this.#taken += 1
    next(message)
  }

  /** The oldest that was not given out here, once there is one. */
  next(): Promise<T> {
    if (this.#taken === this.messages.length) {
      return new Promise((resolve) => this.#waiting.push(resolve))
    }
    this.#taken += 1
    // There is one: fewer are taken than came.
    return Promise.resolve(this.messages[this.#taken - 1] as T)
  }

  clear(): void {
    this.messages.length = 0
    this.#taken = 0
  }
}

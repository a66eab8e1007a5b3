/**
 * What is known about the messages that were handed to sockets. The core cannot know it in Node: there a closed
 * socket's `bufferedAmount` is 0. The answer to a ping proves that the server has read all that came before it.
 */
export class Ledger {
  #sent = 0
  #confirmed = 0
  /** What the last attempt failed of, in a word or a few: `ECONNREFUSED`, `HTTP 401`. */
  failure: string | undefined

  get inDoubt(): number {
    return this.#sent - this.#confirmed
  }

  send(): void {
    this.#sent += 1
  }

  confirm(count: number): void {
    this.#confirmed += count
  }
}

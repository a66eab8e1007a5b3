import type { Model } from './model.ts'

/**
 * The server as the work that it still owes: a handshake adds 1, a refusal its share, and each ms takes off what
 * the server can do in it. So its capacity holds over any stretch of time, not just over whole seconds, and a
 * flood of refusals keeps it busy after the flood is over.
 */
export class StormServer {
  readonly #perMs: number
  readonly #limit: number
  readonly #model: Model
  #owed = 0
  #now = 0

  constructor(model: Model) {
    this.#model = model
    this.#perMs = model.capacity / 1_000
    this.#limit = this.#perMs * model.backlog
  }

  /** It is `now`. Called with rising times. */
  at(now: number): void {
    this.#owed = Math.max(0, this.#owed - (now - this.#now) * this.#perMs)
    this.#now = now
  }

  /** For so many ms nobody can get in, whatever comes: what it owes leaves no room. */
  get fullFor(): number {
    return (this.#owed - this.#limit) / this.#perMs
  }

  /** An attempt arrives: when its handshake will be done, or undefined: it is refused. */
  offer(): number | undefined {
    if (this.#now < this.#model.downFor) return undefined
    if (this.#owed + 1 > this.#limit) {
      this.#owed += this.#model.refusalCost
      return undefined
    }
    this.#owed += 1
    return this.#now + Math.ceil(this.#owed / this.#perMs)
  }
}

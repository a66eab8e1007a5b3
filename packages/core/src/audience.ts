import { Emitter } from './emitter.ts'

/** Those who listen to incoming messages: to all of them, or to what they pick. */
export class Audience<Incoming> extends Emitter<Incoming> {
  #pickers = 0
  #isTaken = false

  /** Offers every message; `take` says whether it was one of its own. Returns what ends it. */
  pick(take: (message: Incoming) => boolean): () => void {
    this.#pickers += 1
    const leave = this.add((message) => {
      if (take(message)) this.#isTaken = true
    })
    return () => {
      if (leave()) this.#pickers -= 1
    }
  }

  /** Tells a message; returns whether anybody wanted it. */
  tell(message: Incoming): boolean {
    if (this.size === 0) return false
    this.#isTaken = this.size > this.#pickers
    this.emit(message)
    return this.#isTaken
  }
}

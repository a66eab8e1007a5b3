/** What became of the messages of this page, counted by their numbers. */
export interface ScoreSnapshot {
  readonly sent: number
  /** Heard for the first time. */
  readonly back: number
  readonly unanswered: number
  /** Heard again. */
  readonly twice: number
  /** Heard for the first time, after one that was sent later. */
  readonly disordered: number
}

/** Honest bookkeeping: it trusts neither the library nor the server. */
export class Score {
  readonly #unanswered = new Set<number>()
  #sent = 0
  #back = 0
  #twice = 0
  #disordered = 0
  #highest = 0

  send(id: number): void {
    this.#sent += 1
    this.#unanswered.add(id)
  }

  hear(id: number): void {
    if (!this.#unanswered.delete(id)) {
      this.#twice += 1
      return
    }
    this.#back += 1
    if (id < this.#highest) this.#disordered += 1
    this.#highest = Math.max(this.#highest, id)
  }

  snapshot(): ScoreSnapshot {
    return {
      sent: this.#sent,
      back: this.#back,
      unanswered: this.#unanswered.size,
      twice: this.#twice,
      disordered: this.#disordered,
    }
  }
}

import type { Clock } from './environment.ts'
import { Timers } from './timers.ts'

/** One timer, for the first expiry: a message is told as dropped when it expires, not at the next dial. */
export class Expiry {
  readonly #clock: Clock
  readonly #timers: Timers<'expiry'>
  #watched = Infinity

  constructor(clock: Clock, onExpiry: (lateBy: number) => void) {
    this.#clock = clock
    this.#timers = new Timers(clock, (_, lateBy) => {
      this.#watched = Infinity
      onExpiry(lateBy)
    })
  }

  /** `next`: epoch ms of the first expiry; Infinity for none. */
  watch(next: number): void {
    if (next === this.#watched) return
    this.#watched = next
    this.#timers.start('expiry', Math.max(0, next - this.#clock.now()))
  }
}

import type { Clock } from '../environment.ts'

/** How long changes are collected, in ms: most messages of an open connection are gone again by then. */
const COLLECT = 10

/** Calls back once, a moment after it was asked to. */
export class Soon {
  readonly #clock: Clock
  readonly #callback: () => void
  #isPending = false
  #timer: unknown

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock
    this.#callback = callback
  }

  /** `isHurried`: in a microtask, so that what leaves at once is not written then either; {@link stop} is too late. */
  start(isHurried: boolean): void {
    if (this.#isPending) return
    this.#isPending = true
    if (isHurried) Promise.resolve().then(this.#callback)
    else this.#timer = this.#clock.setTimeout(this.#callback, COLLECT)
  }

  stop(): void {
    this.#isPending = false
    this.#clock.clearTimeout(this.#timer)
  }
}

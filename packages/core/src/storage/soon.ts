import type { Clock } from '../environment.ts'

/** How long changes are collected, in ms: most messages of an open connection are gone again by then. */
const COLLECT = 10

/** Calls back once, a moment after it was asked to. */
export class Soon {
  readonly #clock: Clock
  readonly #callback: () => void
  #pending: { timer?: unknown } | undefined

  constructor(clock: Clock, callback: () => void) {
    this.#clock = clock
    this.#callback = callback
  }

  /** `isHurried`: in a microtask, so that what leaves at once is not written then either. */
  start(isHurried: boolean): void {
    if (this.#pending) return
    const pending: { timer?: unknown } = {}
    this.#pending = pending
    if (!isHurried) pending.timer = this.#clock.setTimeout(this.#callback, COLLECT)
    else Promise.resolve().then(() => this.#pending === pending && this.#callback())
  }

  stop(): void {
    this.#clock.clearTimeout(this.#pending?.timer)
    this.#pending = undefined
  }
}

import type { Clock } from './environment.ts'

/** The longest delay that hosts keep; a longer one would fire at once (a signed 32-bit number of ms). */
export const MAX_DELAY: number = 2 ** 31 - 1

/** A timer this late, in ms, was not just behind other work: the host slept or throttled it. */
export const LATE = 5_000
/** In a hidden page timers come once a minute: only what is later than this, in ms, was sleep. */
export const LATE_WHILE_HIDDEN = 90_000

/** Named timers, one of each name at a time, for any delay, that know when they came late. */
export class Timers<Name extends string> {
  readonly #clock: Clock
  readonly #fire: (name: Name, lateBy: number) => void
  readonly #handles = new Map<Name, unknown>()

  constructor(clock: Clock, fire: (name: Name, lateBy: number) => void) {
    this.#clock = clock
    this.#fire = fire
  }

  /** Starts a timer, in place of one of the same name. `Infinity` never fires. */
  start(name: Name, delay: number): void {
    this.stop(name)
    if (delay !== Infinity) this.#arm(name, this.#clock.now() + delay, delay)
  }

  stop(name: Name): void {
    const handle = this.#handles.get(name)
    if (handle === undefined) return
    this.#handles.delete(name)
    this.#clock.clearTimeout(handle)
  }

  stopAll(): void {
    for (const name of this.#handles.keys()) this.stop(name)
  }

  #arm(name: Name, due: number, remaining: number): void {
    const step = Math.min(remaining, MAX_DELAY)
    const handle = this.#clock.setTimeout(() => {
      this.#handles.delete(name)
      const lateBy = this.#clock.now() - due
      // Counted in steps, not by the clock: a clock that is set back must not hold a timer up.
      if (remaining > step && lateBy < 0) this.#arm(name, due, remaining - step)
      else this.#fire(name, Math.max(0, lateBy))
    }, step)
    this.#handles.set(name, handle)
  }
}

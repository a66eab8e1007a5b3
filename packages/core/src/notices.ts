import type { Clock } from './environment.ts'

/**
 * Calls to listeners, held back until the work that caused them is complete, and made in order.
 *
 * A listener may call the connection back at any time. It must find it whole, and what it causes is told
 * after what was told first, to everybody.
 */
export class Notices {
  #queue: (() => void)[] = []
  #depth = 0

  /** Notices wait until the work is done. Calls nest. */
  during<T>(work: () => T): T {
    this.hold()
    try {
      return work()
    } finally {
      this.release()
    }
  }

  /** `during()` in two halves, for what is done for every message: it costs no closure. */
  hold(): void {
    this.#depth += 1
  }

  release(): void {
    // At the outermost level; while they go out, further ones join the queue.
    if (this.#depth === 1) this.#flush()
    this.#depth -= 1
  }

  /** A clock like this one, whose callbacks are such work. */
  clock(clock: Clock): Clock {
    return {
      setTimeout: (callback, delay) => clock.setTimeout(() => this.during(callback), delay),
      clearTimeout: (handle) => clock.clearTimeout(handle),
      now: () => clock.now(),
    }
  }

  add(notice: () => void): void {
    this.#queue.push(notice)
    if (this.#depth > 0) return
    this.hold()
    this.release()
  }

  #flush(): void {
    if (this.#queue.length === 0) return
    // The loop sees those that are added meanwhile. A notice never throws: listeners have an Emitter.
    for (const notice of this.#queue) notice()
    this.#queue = []
  }
}

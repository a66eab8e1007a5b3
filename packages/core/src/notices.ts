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
    // At the outermost level; while they go out, further ones join the queue, and the loop sees them.
    if (this.#depth === 1 && this.#queue.length > 0) {
      // A notice never throws: listeners have an Emitter.
      for (const notice of this.#queue) notice()
      this.#queue = []
    }
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
    this.during(() => this.#queue.push(notice))
  }
}

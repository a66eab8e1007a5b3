import type { Observable, Subscription } from 'rxjs'
import type { Status } from './timeline.ts'

/** How often a client came back, and how long it was away, since the meter was made. */
export class LifeMeter {
  readonly #watch: Subscription
  #awaySince: number | undefined
  #longest = 0
  #reconnects = 0

  constructor(status$: Observable<Status>) {
    this.#watch = status$.subscribe((status) => {
      if (status !== 'open') this.#awaySince ??= performance.now()
      else if (this.#awaySince !== undefined) {
        this.#longest = this.#longestUntilNow
        this.#awaySince = undefined
        this.#reconnects += 1
      }
    })
  }

  get #longestUntilNow(): number {
    const away = this.#awaySince === undefined ? 0 : performance.now() - this.#awaySince
    return Math.max(this.#longest, away)
  }

  /** What was measured; the last call. */
  end(): { reconnects: number; longestOutageMs: number } {
    this.#watch.unsubscribe()
    return { reconnects: this.#reconnects, longestOutageMs: Math.round(this.#longestUntilNow) }
  }
}

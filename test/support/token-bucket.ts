/** A rate limit in bytes: never more than `burst` plus `rate` times the seconds that have passed. */
export class TokenBucket {
  /** Bytes per second. */
  readonly rate: number
  /** Bytes that may pass at once after a pause: 50 ms worth. */
  readonly burst: number
  // Handing out single bytes would make a write of each: less than this is only given to who wants less.
  readonly #quantum: number
  #tokens = 0
  #refilledAt = performance.now()

  constructor(rate: number) {
    if (!(rate > 0)) throw new RangeError('A line without any bytes per second is a black hole: use that')
    this.rate = rate
    this.burst = Math.max(1, rate / 20)
    this.#quantum = Math.max(1, rate / 200)
  }

  /** Takes up to `wanted` bytes; 0 when there is nothing to give yet. */
  take(wanted: number): number {
    const now = performance.now()
    this.#tokens = Math.min(this.burst, this.#tokens + ((now - this.#refilledAt) / 1_000) * this.rate)
    this.#refilledAt = now
    if (this.#tokens < Math.min(wanted, this.#quantum)) return 0
    const taken = Math.min(wanted, Math.floor(this.#tokens))
    this.#tokens -= taken
    return taken
  }

  /** Milliseconds until asking again is of use. */
  wait(wanted: number): number {
    return ((Math.min(wanted, this.#quantum) - this.#tokens) / this.rate) * 1_000
  }
}

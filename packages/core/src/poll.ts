import type { Clock } from './environment.ts'

/** There is no drain event: look again after this many ms while the socket makes progress … */
const SHORTEST = 4
/** … and ever later, up to this many ms, while it makes none. */
const LONGEST = 50

/** Looks at a socket's buffer now and then, more seldom the less it moves. */
export class Poll {
  readonly #clock: Clock
  readonly #look: () => void
  #timer: unknown
  /** The delay that the timer was started with. */
  #armed = 0
  #delay = SHORTEST
  #lastBuffered = 0

  constructor(clock: Clock, look: () => void) {
    this.#clock = clock
    this.#look = look
  }

  /**
   * Arranges for the next look.
   *
   * @param before - What the socket's buffer had at this one, in bytes.
   * @param after - What it has now.
   * @param hasWritten - Whether something went into it.
   * @param isCutShort - There is more to write and room for it: only the yield is wanted, not the wait.
   */
  arm(before: number, after: number, hasWritten: boolean, isCutShort: boolean): void {
    const moves = hasWritten || after < this.#lastBuffered
    // All that was left in it last time is out: the line is faster than the poll.
    const isFast = hasWritten && before === 0 && this.#lastBuffered > 0
    this.#lastBuffered = after
    // A look between two polls, by a send(), must not make the next one later.
    if (this.#timer !== undefined && !moves) return
    this.#delay = moves || this.#armed === 0 ? SHORTEST : Math.min(LONGEST, this.#delay * 2)
    const delay = isCutShort || isFast ? 0 : this.#delay
    // One that comes no later serves as well: a new one for every send() would cost more than the send.
    if (this.#timer !== undefined && this.#armed <= delay) return
    this.#disarm()
    this.#armed = delay
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#look()
    }, delay)
  }

  /** Nothing to look for: the next wait begins with the shortest poll, whatever the last one came to. */
  rest(): void {
    this.#disarm()
    this.#armed = 0
    this.#lastBuffered = 0
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

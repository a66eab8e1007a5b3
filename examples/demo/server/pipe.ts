import type { Socket } from 'node:net'

/** Bytes a second, and how late each of them is, in ms. */
export interface Pace {
  readonly rate: number
  readonly latency: number
}

/** What a slow line may hold in each direction; then its sender is not read. */
const LINE_BYTES = 16 * 1024
/** Small enough that bytes trickle, large enough for few timers. */
const SLICE_BYTES = 512

interface Slice {
  readonly data: Buffer
  /** On the clock of `performance.now()`. */
  readonly due: number
}

/** One direction of a passage: it hands bytes on, at once or at a pace. */
export class Pipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #mayRead: () => boolean
  readonly #slices: Slice[] = []
  #bytes = 0
  #pace: Pace | null
  #freeAt = 0
  #timer: NodeJS.Timeout | undefined
  #isEnding = false

  constructor(from: Socket, to: Socket, pace: Pace | null, mayRead: () => boolean) {
    this.#from = from
    this.#to = to
    this.#pace = pace
    this.#mayRead = mayRead
    from.setNoDelay(true)
    // Resets are what this is for; 'close' follows every 'error'.
    from.on('error', () => {})
    to.on('drain', () => this.#readOn())
  }

  /** `null`: as fast as it goes. What is under way arrives at once then. */
  setPace(pace: Pace | null): void {
    this.#pace = pace
    if (pace !== null) return
    this.#freeAt = 0
    this.#deliver(Number.POSITIVE_INFINITY)
  }

  push(chunk: Buffer): void {
    if (this.#pace === null) {
      if (!this.#to.write(chunk)) this.#from.pause()
      return
    }
    const { rate, latency } = this.#pace
    for (let start = 0; start < chunk.length; start += SLICE_BYTES) {
      const data = chunk.subarray(start, start + SLICE_BYTES)
      this.#freeAt = Math.max(performance.now(), this.#freeAt) + (data.length / rate) * 1_000
      this.#slices.push({ data, due: this.#freeAt + latency })
      this.#bytes += data.length
    }
    if (this.#bytes > LINE_BYTES) this.#from.pause()
    this.#schedule()
  }

  /** Ends the other side once all that came before has been handed on. */
  end(): void {
    this.#isEnding = true
    if (this.#slices.length === 0) this.#to.end()
  }

  /** Forgets what is under way. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#slices.length = 0
    this.#bytes = 0
  }

  #schedule(): void {
    const [next] = this.#slices
    if (next === undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(
      () => this.#deliver(performance.now()),
      Math.max(0, next.due - performance.now()),
    )
  }

  #deliver(until: number): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (let next = this.#slices[0]; next !== undefined && next.due <= until; next = this.#slices[0]) {
      this.#slices.shift()
      this.#bytes -= next.data.length
      this.#to.write(next.data)
    }
    this.#schedule()
    this.#readOn()
    if (this.#isEnding && this.#slices.length === 0) this.#to.end()
  }

  #readOn(): void {
    if (this.#bytes <= LINE_BYTES / 2 && this.#mayRead()) this.#from.resume()
  }
}

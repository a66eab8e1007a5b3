import type { Clock } from './environment.ts'
import type { Outbox } from './outbox.ts'
import type { Socket } from './socket.ts'

/** Messages written in one go, so that a long queue does not block the page. */
const BATCH = 256
/** There is no drain event: look again after this many ms while the socket makes progress … */
const POLL = 4
/** … and ever later, up to this many ms, while it makes none. */
const SLOWEST_POLL = 50

export interface FlowOptions {
  readonly highWaterMark: number
  /** Called when the queue has become empty. */
  readonly onEmpty: () => void
  /** Called when counters have changed. */
  readonly onProgress: () => void
  /** A message that the native class refused to take. */
  readonly onRefused: (error: unknown) => void
}

/**
 * Moves the outbox to the socket, in order, never writing while the native buffer is at or above the high
 * water mark.
 *
 * @remarks What the native buffer holds is lost when the socket dies; what waits here is not.
 */
export class Flow {
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #options: FlowOptions
  #socket: Socket | undefined
  #timer: unknown
  #delay = POLL
  #lastBuffered = Infinity
  #isPumping = false

  constructor(outbox: Outbox, clock: Clock, options: FlowOptions) {
    this.#outbox = outbox
    this.#clock = clock
    this.#options = options
  }

  /** Writes to this socket from now on. */
  start(socket: Socket): void {
    this.#socket = socket
    this.#rest()
    this.pump()
  }

  stop(): void {
    this.#socket = undefined
    this.#rest()
  }

  /** Whether a message may pass the queue: nothing waits, and the socket takes more. */
  get isClear(): boolean {
    return this.#outbox.length === 0 && !this.#isPumping && this.#accepts()
  }

  /** Writes one message past the queue; only while {@link isClear}. */
  pass(data: Parameters<Socket['send']>[0]): void {
    this.#socket?.send(data)
    this.#outbox.passed()
  }

  /** Writes what fits now, and arranges for the rest. Called on every `send()` and every message too. */
  pump(): void {
    if (this.#socket === undefined || this.#isPumping || this.#outbox.length === 0) return
    this.#isPumping = true
    const written = this.#writeBatch()
    this.#isPumping = false
    if (written > 0) this.#options.onProgress()
    if (this.#outbox.length === 0) {
      this.#rest()
      this.#options.onEmpty()
    } else if (this.#socket !== undefined) {
      this.#arm(written)
    }
  }

  #writeBatch(): number {
    let written = 0
    while (written < BATCH && this.#accepts()) {
      const entry = this.#outbox.peek(this.#clock.now())
      if (entry === undefined) break
      try {
        this.#socket?.send(entry.data)
      } catch (error) {
        // It stays: the socket is about to tell that it is lost, or takes it at the next look.
        this.#options.onRefused(error)
        break
      }
      this.#outbox.shiftWritten()
      written += 1
    }
    return written
  }

  #accepts(): boolean {
    const socket = this.#socket
    return socket?.isWritable === true && socket.bufferedAmount < this.#options.highWaterMark
  }

  #arm(written: number): void {
    const buffered = this.#socket?.bufferedAmount ?? 0
    const moves = written > 0 || buffered < this.#lastBuffered
    this.#lastBuffered = buffered
    // A look between two polls, by a send(), must not make the next one later.
    if (this.#timer !== undefined && !moves) return
    this.#delay = moves ? POLL : Math.min(SLOWEST_POLL, this.#delay * 2)
    this.#disarm()
    // A full batch into an idle socket: only the yield is wanted, not the wait.
    const delay = written === BATCH && this.#accepts() ? 0 : this.#delay
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.pump()
    }, delay)
  }

  /** Nothing to look for: the next wait begins with the shortest poll, whatever the last one came to. */
  #rest(): void {
    this.#disarm()
    this.#lastBuffered = Infinity
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

import type { OwnedData } from './bytes.ts'
import { type Composed, Entry, isInDoubt, writtenEntryOf } from './entry.ts'
import type { Clock } from './environment.ts'
import { type HoldfastError, refused } from './errors.ts'
import type { FlowOptions } from './flow-options.ts'
import type { Remains, SocketEnd } from './loss.ts'
import type { Outbox } from './outbox.ts'
import { Poll } from './poll.ts'
import { Ring } from './ring.ts'
import type { Socket } from './socket.ts'
import { Tail } from './tail.ts'

/** Messages written in one go, so that a long queue does not block the page … */
const BATCH = 256
/** … and ms that they may take, where each takes long: a task of 50 ms is one that a user feels. */
const BATCH_TIME = 12
/**
 * Messages of a queue that the native buffer is given at most, however small: Chromium moves all that it holds to its
 * network process in one task, at 30 µs each where the processor is busy.
 */
const MOST_BUFFERED = 512

/** Moves the outbox to the socket, in order; never writes while the native buffer is at or above the high water mark. */
export class Flow {
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #poll: Poll
  readonly #options: FlowOptions
  readonly #tail: Tail<Entry>
  /** The one that is written to, and the one that was, until it is gone. */
  #socket: Socket | undefined
  #source: Socket | undefined
  /** Messages of ours, past the queue: written before all that waits, and never counted. */
  #controls: OwnedData[] = []
  /** Written ones that somebody waits for, oldest first. */
  readonly #watched = new Ring<Entry>()
  #isPumping = false
  /** The last batch ended by its own bounds. */
  #isCutShort = false

  constructor(outbox: Outbox, clock: Clock, options: FlowOptions) {
    this.#outbox = outbox
    this.#clock = clock
    this.#poll = new Poll(clock, () => this.pump())
    this.#options = options
    this.#tail = new Tail(options.keepWritten, writtenEntryOf, isInDoubt)
  }

  /** Writes to this socket from now on. */
  start(socket: Socket): void {
    this.#socket = socket
    this.#source = socket
    this.#poll.rest()
    this.pump()
  }

  /** Writes no more. */
  stop(): void {
    this.#socket = undefined
    this.#controls = []
    this.#poll.rest()
  }

  /** The socket is gone, or is given up: it is closed after this. */
  detach(loss: SocketEnd): Remains {
    this.stop()
    const edge = this.#tail.last - this.#tail.unsent(loss.buffered ?? 0)
    const left = this.#tail.leftAtEnd(loss, edge, this.#source?.bufferedAmount ?? 0)
    const { older } = this.#tail
    const written = this.#tail.take().filter(({ status }) => status === 'written')
    this.#tellLeft(left)
    this.#watched.clear()
    this.#source = undefined
    return {
      unproven: written.filter(({ sequence }) => sequence <= edge),
      unsent: written.filter(({ sequence }) => sequence > edge),
      older,
    }
  }

  /** What {@link prove} takes, for all that was written to this socket by now; 0 for one that is not written to. */
  mark(socket: Socket | undefined): number {
    return socket === this.#socket ? this.#tail.last : 0
  }

  /** The server has read all that went before this mark. */
  prove(mark: number): void {
    this.#tail.prove(mark)
  }

  /** Whether somebody waits for a written message to leave. */
  get isAwaited(): boolean {
    return this.#watched.length > 0
  }

  /**
   * Writes one message past the queue, where nothing waits and the socket takes more; returns whether.
   *
   * @throws HoldfastError `ENCODE` where the native class refuses it; it is not counted then.
   */
  pass(composed: Composed): boolean {
    const socket = this.#socket
    if (socket === undefined || this.#isPumping || this.#outbox.length > 0) return false
    const buffered = socket.bufferedAmount
    if (!socket.isWritable || buffered >= this.#options.highWaterMark) return false
    this.#outbox.pass(composed)
    const error = this.#write(composed, socket, buffered)
    if (error) {
      this.#outbox.undoPass()
      throw error
    }
    if (typeof composed !== 'string') {
      this.#watch(composed)
      this.pump()
    }
    return true
  }

  /** Writes a message of ours before all that waits: to this socket, which may not be in use yet. */
  control(data: OwnedData, socket: Socket): void {
    if (socket !== this.#socket) {
      // Older than all that will be written to it: the walk of the tail never comes to it.
      if (socket.isWritable) socket.send(data)
    } else if (this.#accepts() && this.#controls.length === 0) {
      const error = this.#writeControl(data, socket)
      // As the native class threw it: the caller says what it was that could not be sent.
      if (error) throw error.cause
    } else {
      this.#controls.push(data)
      this.pump()
    }
  }

  /** Writes what fits now, and arranges for the rest. Called on every `send()` and every message too. */
  pump(): void {
    if (this.#socket === undefined || this.#isPumping) return
    const waited = this.#outbox.length > 0 || this.isAwaited
    const hasWork = waited || this.#controls.length > 0
    if (hasWork || this.#outbox.inFlight > 0) this.#socket.expectEnd()
    if (!hasWork) return
    this.#isPumping = true
    const before = this.#socket.bufferedAmount
    const hasWritten = this.#writeBatch(before) > 0
    if (this.isAwaited) this.#tellLeft(this.#tail.left(this.#socket?.bufferedAmount ?? 0))
    this.#isPumping = false
    if (hasWritten) this.#options.onProgress()
    if (waited && this.#outbox.length === 0 && !this.isAwaited) this.#options.onEmpty()
    this.#arrange(before, hasWritten, this.#isCutShort && this.#accepts())
  }

  /** What held others back may be gone. Not within this call: whoever drops one message may be about to drop the next. */
  look(): void {
    this.#arrange(0, false, true)
  }

  /** The next look, if there is anything to look for. */
  #arrange(before: number, hasWritten: boolean, isCutShort: boolean): void {
    if (this.#socket === undefined) return
    if (this.#isPolled) {
      this.#poll.arm(before, this.#socket.bufferedAmount, hasWritten, isCutShort)
    } else this.#poll.rest()
  }

  /** Whether there is anything to poll for: where all waits for answers, these make room, and call. */
  get #isPolled(): boolean {
    if (this.#controls.length > 0 || this.isAwaited) return true
    const next = this.#outbox.peek(this.#clock.now())
    return next !== undefined && !this.#isHeldBack(next)
  }

  /** `before`: bytes in the native buffer. */
  #writeBatch(before: number): number {
    let written = 0
    this.#isCutShort = false
    if (!this.#accepts()) return written
    const room = MOST_BUFFERED - (this.#tail.last - this.#tail.left(before))
    const end = this.#clock.now() + BATCH_TIME
    while (this.#socket !== undefined && this.#accepts()) {
      const control = this.#controls.shift()
      if (control !== undefined) {
        const error = this.#writeControl(control, this.#socket)
        if (error) this.#options.onError(error)
        continue
      }
      const now = this.#clock.now()
      const entry = this.#outbox.peek(now)
      if (entry === undefined || this.#isHeldBack(entry) || written >= room) break
      this.#isCutShort = written === BATCH || now > end
      if (this.#isCutShort) break
      // Off the queue first: a class that tells of its end, or of an answer, within the call finds it written.
      this.#outbox.take(entry)
      this.#options.onWrite(entry)
      const error = this.#write(entry, this.#socket)
      if (error) {
        // It stays: the socket is about to tell that it is lost, or takes it at the next look.
        if (entry.status === 'written') this.#outbox.undo(entry)
        this.#options.onError(error)
        break
      }
      this.#watch(entry)
      written += 1
    }
    return written
  }

  /** As many are on the wire as may be: an acknowledgement makes room. */
  #isHeldBack({ id }: Entry): boolean {
    return id !== undefined && this.#outbox.inFlight >= this.#options.window
  }

  #writeControl(data: OwnedData, socket: Socket): HoldfastError | undefined {
    const entry = new Entry(undefined, data)
    // Its bytes count in the walk of the tail, and it is nobody's message.
    entry.status = 'over'
    return this.#write(entry, socket)
  }

  /** Returns an error where the native class has refused it; nothing is written then. */
  #write(composed: Composed, socket: Socket, buffered = socket.bufferedAmount): HoldfastError | undefined {
    this.#tail.add(composed, buffered)
    try {
      socket.send(typeof composed === 'string' ? composed : composed.data)
    } catch (cause) {
      // Else the socket was lost within the call, and what it had is told, this one included.
      if (this.#tail.undo()) return refused(cause)
    }
    if (this.#tail.isUncalibrated) this.#tail.calibrate(socket.bufferedAmount - buffered)
    return undefined
  }

  /** One that was lost within the write is not on its way. */
  #watch(entry: Entry): void {
    if (entry.isWatched && entry.status === 'written') this.#watched.push(entry)
  }

  /** Tells of those that have left: written up to this sequence. */
  #tellLeft(sequence: number): void {
    for (let entry = this.#watched.peek(); entry !== undefined; entry = this.#watched.peek()) {
      if (entry.sequence > sequence) return
      this.#watched.shift()
      if (entry.status === 'written') this.#options.onLeft(entry)
    }
  }

  #accepts(): boolean {
    const socket = this.#socket
    return socket?.isWritable === true && socket.bufferedAmount < this.#options.highWaterMark
  }
}

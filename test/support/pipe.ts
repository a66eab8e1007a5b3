import type { Socket } from 'node:net'
import { reset } from './ending.ts'
import type { TokenBucket } from './token-bucket.ts'

/** One direction of the line: the faults in force, shared by all connections, and what has passed. */
export interface Line {
  hole: boolean
  stalled: boolean
  delay: number
  bucket: TokenBucket | undefined
  forwarded: number
  swallowed: number
}

export function createLine(): Line {
  return { hole: false, stalled: false, delay: 0, bucket: undefined, forwarded: 0, swallowed: 0 }
}

/** What is on its way: bytes, or how the sender ended, which must not overtake them. */
type Item = { due: number; chunk: Buffer } | { due: number; ending: 'fin' | 'rst' }

const BUFFER = 64 * 1024
/** Bytes per second that a line without `throttle` is taken to carry: bounds what a delay holds in flight. */
const FAST = 64 * 1024 * 1024

/** Carries the bytes of one direction of one connection from `source` to `sink`, under the faults of its line. */
export class Pipe {
  readonly #source: Socket
  readonly #sink: Socket
  readonly #line: Line
  // 'lost': TCP delivers nothing behind a gap, so once a byte was swallowed this direction is dead for good.
  // 'over': the proxy itself has ended the connection.
  #mode: 'forward' | 'lost' | 'over' = 'forward'
  #queue: Item[] = []
  #queued = 0
  #timer: NodeJS.Timeout | undefined

  constructor(source: Socket, sink: Socket, line: Line) {
    this.#source = source
    this.#sink = sink
    this.#line = line
    source.on('data', (chunk: Buffer) => this.#arrive({ due: this.#due(), chunk }))
    source.once('end', () => this.#arrive({ due: this.#due(), ending: 'fin' }))
    source.once('close', (hadError) => {
      if (hadError || !source.readableEnded) this.#arrive({ due: this.#due(), ending: 'rst' })
    })
    sink.on('drain', () => this.update())
    sink.once('close', () => this.stop())
    this.update()
  }

  /** To be called when a fault of the line has changed. */
  update(): void {
    if (this.#mode === 'over') return
    if (this.#line.hole && this.#queue.length > 0) this.lose()
    this.#pump()
    const isFull = this.#mode === 'forward' && this.#queued >= this.#capacity()
    if (this.#line.stalled || isFull) this.#source.pause()
    else this.#source.resume()
  }

  /** Swallows what is under way and all that follows: the two ends never hear of each other again. */
  lose(): void {
    if (this.#mode === 'forward') this.#mode = 'lost'
    this.#discard()
  }

  /** Forwards no more. The source is read on, as a socket closed with unread bytes sends RST in place of FIN. */
  stop(): void {
    this.#mode = 'over'
    this.#discard()
    this.#source.resume()
  }

  #arrive(item: Item): void {
    if (this.#mode === 'over') return
    this.#queue.push(item)
    if ('chunk' in item) this.#queued += item.chunk.length
    if (this.#mode === 'lost' || this.#line.hole) this.lose()
    else this.update()
  }

  /** A delay that is lowered must not let new bytes overtake those under way. */
  #due(): number {
    return Math.max(performance.now() + this.#line.delay, this.#queue.at(-1)?.due ?? 0)
  }

  #capacity(): number {
    return BUFFER + ((this.#line.bucket?.rate ?? FAST) * this.#line.delay) / 1_000
  }

  #pump(): void {
    clearTimeout(this.#timer)
    let wait = 0
    for (let head = this.#queue[0]; head && wait === 0; head = this.#queue[0]) {
      if (this.#sink.writableNeedDrain) return // its 'drain' event brings us back
      wait = Math.max(0, head.due - performance.now())
      if (wait === 0) wait = 'chunk' in head ? this.#forward(head) : this.#end(head.ending)
    }
    if (wait > 0) this.#timer = setTimeout(() => this.update(), Math.ceil(wait))
  }

  /** As much of the head of the queue as the line lets pass; tells how long to wait when that is nothing. */
  #forward(head: { chunk: Buffer }): number {
    const { length } = head.chunk
    const { bucket } = this.#line
    const allowed = bucket ? bucket.take(length) : length
    if (bucket && allowed === 0) return bucket.wait(length)
    this.#sink.write(head.chunk.subarray(0, allowed))
    this.#line.forwarded += allowed
    this.#queued -= allowed
    if (allowed < length) head.chunk = head.chunk.subarray(allowed)
    else this.#queue.shift()
    return 0
  }

  #end(ending: 'fin' | 'rst'): number {
    this.#queue.shift()
    if (ending === 'rst') reset(this.#sink)
    else this.#sink.end()
    return 0
  }

  #discard(): void {
    clearTimeout(this.#timer)
    this.#line.swallowed += this.#queued
    this.#queue = []
    this.#queued = 0
  }
}

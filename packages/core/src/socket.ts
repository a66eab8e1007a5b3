import { isBlob, type OwnedData } from './bytes.ts'
import { frameCode, NO_CLOSE_FRAME, NO_STATUS } from './close-codes.ts'
import type { RawIncoming } from './codec.ts'
import type { WebSocketConstructor, WebSocketLike } from './environment.ts'
import { HoldfastError } from './errors.ts'
import type { SocketEnd } from './loss.ts'

/** What a native close event says. */
export interface NativeClose {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

export interface SocketHandlers {
  opened(): void
  message(data: RawIncoming): void
  /** Called once, whether the host fires `error`, `close` or both. */
  lost(close: NativeClose, end: SocketEnd): void
}

export interface SocketClock {
  setTimeout(callback: () => void, delay: number): unknown
  clearTimeout(handle: unknown): void
}

const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/**
 * How long after an `error` the `close` event that tells the code is waited for, in ms. Browsers and `ws`
 * fire it at once; undici 6 never does.
 */
const CLOSE_AFTER_ERROR = 100

/** How often is looked whether a Blob has left, in ms. */
const BLOB_POLL = 4

/** How long something may wait, in ms, behind a peer that has closed and keeps the line: undici waits for ever. */
const END_AFTER_CLOSE = 3_000

/** One native socket: its events, told once, until it is let go. */
export class Socket {
  readonly #native: WebSocketLike
  readonly #clock: SocketClock
  #handlers: SocketHandlers | undefined
  #errorTimer: unknown
  #endTimer: unknown
  /** What we close with, once we do: whoever asked for that knows how long it may take. */
  #farewell: [code?: number, reason?: string] | undefined
  /** The code of our close frame, once it has gone ahead of any of the server's. */
  #framed: number | undefined
  #sent = 0
  /** What was sent up to the end of the last Blob. */
  #blobEnd = 0

  constructor(
    WebSocket: WebSocketConstructor,
    url: string,
    protocols: string[],
    binaryType: 'blob' | 'arraybuffer',
    clock: SocketClock,
    handlers: SocketHandlers,
  ) {
    this.#clock = clock
    this.#handlers = handlers
    const native = construct(WebSocket, url, protocols)
    this.#native = native
    native.binaryType = binaryType
    native.addEventListener('open', this.#opened as never)
    native.addEventListener('message', this.#message as never)
    native.addEventListener('error', this.#error as never)
    native.addEventListener('close', this.#closed as never)
  }

  /** Whether what is sent now goes out. In CLOSING and CLOSED the native class discards it in silence. */
  get isWritable(): boolean {
    return this.#native.readyState === OPEN
  }

  /** 0 where the class has no such member (mock-socket). */
  get bufferedAmount(): number {
    return Number(this.#native.bufferedAmount) || 0
  }

  /**
   * What was handed to the native class, in bytes, or a little less: text is not worth counting for this. Less
   * `bufferedAmount` it is what has left, and grows as long as anything leaves.
   */
  get sent(): number {
    return this.#sent
  }

  get protocol(): string {
    return this.#native.protocol ?? ''
  }

  get extensions(): string {
    return this.#native.extensions ?? ''
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#native.binaryType = type
  }

  send(data: OwnedData): void {
    // `ws`, undici and the DOM take all four kinds; their types share no spelling of it.
    this.#native.send(data as never)
    if (typeof data === 'string') this.#sent += data.length
    else if (isBlob(data)) {
      this.#sent += data.size
      this.#blobEnd = this.#sent
    } else this.#sent += data.byteLength
  }

  /**
   * Starts the closing handshake; its end is told as `lost`.
   *
   * @remarks WebKit and undici write their close frame while they still read a Blob, and discard it with all that is
   * behind it: they are let finish, for as long as nobody abandons this.
   */
  close(code: number | undefined, reason: string): void {
    const given = frameCode(code, reason)
    this.#farewell = given === NO_STATUS ? [] : [given, reason]
    this.#clock.clearTimeout(this.#endTimer)
    this.#hangUp()
  }

  /** Called while something waits to be written: no `close` event may ever come where the peer has closed. */
  expectEnd(): void {
    if (this.#native.readyState !== CLOSING || this.#farewell || this.#endTimer !== undefined) return
    this.#endTimer = this.#clock.setTimeout(() => this.#closed(NO_CLOSE_FRAME), END_AFTER_CLOSE)
  }

  /** Lets go of the socket and closes it, without waiting: that can take a minute, or for ever. */
  abandon(): void {
    if (this.#handlers === undefined) return
    this.#detach()
    this.#closeQuietly()
  }

  #hangUp(): void {
    // What has left is what was sent, less what is buffered.
    if (this.#sent - this.bufferedAmount < this.#blobEnd) {
      this.#endTimer = this.#clock.setTimeout(() => this.#hangUp(), BLOB_POLL)
      return
    }
    const farewell = this.#farewell ?? []
    if (this.isWritable) this.#framed = farewell[0] ?? NO_STATUS
    this.#native.close(...farewell)
  }

  #detach(): void {
    this.#handlers = undefined
    this.#clock.clearTimeout(this.#errorTimer)
    this.#clock.clearTimeout(this.#endTimer)
    const native = this.#native
    native.removeEventListener('open', this.#opened as never)
    native.removeEventListener('message', this.#message as never)
    native.removeEventListener('close', this.#closed as never)
    // The error listener stays until it is closed, and does nothing: `ws` throws an 'error' that nobody hears, and has one
    // to tell when it is closed while it connects.
  }

  readonly #opened = (): void => this.#handlers?.opened()

  readonly #message = (event: { data: RawIncoming }): void => this.#handlers?.message(event.data)

  readonly #error = (): void => {
    if (this.#handlers === undefined || this.#errorTimer !== undefined) return
    this.#errorTimer = this.#clock.setTimeout(() => this.#closed(NO_CLOSE_FRAME), CLOSE_AFTER_ERROR)
  }

  readonly #closed = ({ code, reason, wasClean }: NativeClose): void => {
    const handlers = this.#handlers
    if (handlers === undefined) return
    this.#detach()
    // Stops a host that told an error only, and may still be dialling, or sending; also while it closes.
    const isOver = this.#native.readyState === CLOSED
    if (isOver) this.#native.removeEventListener('error', this.#error as never)
    else this.#closeQuietly()
    const close = { code, reason: String(reason ?? ''), wasClean: Boolean(wasClean) }
    handlers.lost(close, {
      buffered: isOver ? this.bufferedAmount : 0,
      // Another code is of a close frame that has crossed ours: what came after that one was discarded.
      isAnswered: close.wasClean && code === this.#framed,
      isClean: close.wasClean,
    })
  }

  #closeQuietly(): void {
    try {
      this.#native.close(...(this.#farewell ?? []))
    } catch {
      // A class that does not close while it connects; nothing listens to it any more.
    }
  }
}

function construct(WebSocket: WebSocketConstructor, url: string, protocols: string[]): WebSocketLike {
  try {
    return new WebSocket(url, protocols)
  } catch (error) {
    // Without the native error, whose message may show the URL: a token may be in it.
    const name = error instanceof Error ? error.name : 'an error'
    throw new HoldfastError('CONFIGURATION', `The native WebSocket refused URL or protocols: ${name}.`)
  }
}

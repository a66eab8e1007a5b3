import { byteLength, isArrayBuffer, isBlob, type OwnedData, own } from '../bytes.ts'
import type { RawIncoming, RawOutgoing } from '../codec.ts'
import { misconfigured } from '../errors.ts'
import { type Close, closeEvent } from '../websocket-events.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSING = 2
export const CLOSED = 3

/** What the host fires when a connection ends: some fire one of the two only, and some wait for ever. */
export type EndEvents = 'both' | 'error' | 'close' | 'none'

/** What the server's side is told of the client's. */
export interface FakePeer {
  /** A message has left the client. */
  received(data: OwnedData): void
  /** The client has called `close()`. */
  closing(): void
  ended(close: Close): void
}

/** One connection as both ends see it: the socket shows it to the client, the peer to the server. */
export class FakeLine {
  readonly url: string
  /** The subprotocols that the client has offered. */
  readonly offered: readonly string[]
  readonly socket: EventTarget
  peer: FakePeer | undefined
  /** That of the environment it was dialled from; undefined for the timers of the host. */
  clock: VirtualClock | undefined
  readyState: 0 | 1 | 2 | 3 = CONNECTING
  protocol = ''
  extensions = ''
  binaryType: 'blob' | 'arraybuffer' = 'blob'
  bufferedAmount = 0
  wasOpened = false
  /** What the client has called `close()` with. */
  closedWith: { readonly code: number | undefined; readonly reason: string } | undefined
  /** What is sent stays in the client's buffer. */
  isStalled = false
  /** What is sent goes nowhere, either way. */
  isBlackHole = false
  readonly #buffer: OwnedData[] = []
  /** The server has ended it, though the client may not have been told yet. */
  #isOver = false
  #isHolding = false
  readonly #held: (() => void)[] = []

  constructor(socket: EventTarget, url: string, offered: readonly string[]) {
    this.socket = socket
    this.url = url
    this.offered = offered
  }

  /** The client sends. */
  send(data: RawOutgoing): void {
    if (this.readyState === CONNECTING) {
      throw new DOMException('Still in CONNECTING state.', 'InvalidStateError')
    }
    this.bufferedAmount += byteLength(data)
    // Discarded, and counted for ever, as the standard says.
    if (this.readyState !== OPEN) return
    this.#buffer.push(own(data))
    if (!this.isStalled) this.#call(() => this.take())
  }

  /** The client closes. */
  close(code: number | undefined, reason: string): void {
    if (this.readyState >= CLOSING) return
    this.closedWith = { code, reason }
    this.readyState = CLOSING
    this.#call(() => this.peer?.closing())
  }

  /** The server takes what the client has buffered, oldest first: so many messages, or all. */
  take(count: number = Infinity): void {
    for (let i = 0; i < count && !this.#isOver; i++) {
      const data = this.#buffer.shift()
      if (data === undefined) return
      this.bufferedAmount -= byteLength(data)
      if (!this.isBlackHole) this.peer?.received(data)
    }
  }

  /** Whether the client has buffered anything. */
  get hasBuffered(): boolean {
    return this.#buffer.length > 0
  }

  /** The handshake succeeds. */
  open(protocol: string, extensions: string): void {
    if (this.readyState !== CONNECTING) return
    this.readyState = OPEN
    this.wasOpened = true
    this.protocol = protocol
    this.extensions = extensions
    this.socket.dispatchEvent(new Event('open'))
  }

  /** The server sends. */
  message(data: RawOutgoing): void {
    const sent = own(data)
    if (this.isBlackHole || this.#isOver) return
    this.#tell(() => {
      // The standard drops what comes after close().
      if (this.readyState !== OPEN) return
      const { origin } = new URL(this.url)
      this.socket.dispatchEvent(new MessageEvent('message', { data: this.#asTold(sent), origin }))
    })
  }

  /** It is over: closed, cut, or refused. */
  end(close: Close, events: EndEvents): void {
    if (this.#isOver) return
    this.#isOver = events === 'close' || events === 'both'
    this.#tell(() => {
      if (events === 'none') {
        if (this.readyState < CLOSING) this.readyState = CLOSING
        return
      }
      // undici 6 fires an error only, and stays where it was.
      if (events !== 'error') this.readyState = CLOSED
      if (events !== 'close') this.socket.dispatchEvent(new Event('error'))
      if (events === 'error') return
      this.socket.dispatchEvent(closeEvent(close))
      this.peer?.ended(close)
    })
  }

  /** What a server answers is told when the client's call has returned, as of any native socket. */
  #tell(event: () => void): void {
    if (this.#isHolding) this.#held.push(event)
    else event()
  }

  #call(work: () => void): void {
    if (this.#isHolding) return work()
    this.#isHolding = true
    try {
      work()
    } finally {
      if (this.#held.length === 0) this.#isHolding = false
      else Promise.resolve().then(() => this.#release())
    }
  }

  #release(): void {
    try {
      for (let event = this.#held.shift(); event; event = this.#held.shift()) event()
    } finally {
      // One that throws, as a mistake in a test may, keeps nothing from the rest.
      if (this.#held.length > 0) Promise.resolve().then(() => this.#release())
      else this.#isHolding = false
    }
  }

  /** Binary messages come as `binaryType` says when they come. */
  #asTold(data: OwnedData): RawIncoming {
    if (typeof data === 'string') return data
    if (this.binaryType === 'blob') return isBlob(data) ? data : new Blob([data])
    if (isBlob(data)) throw misconfigured('send(message)', 'bytes or text: no server sends a Blob', data)
    return isArrayBuffer(data) ? data : data.buffer
  }
}

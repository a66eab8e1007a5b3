import { byteLength, type WireData } from '../bytes.ts'
import type { RawIncoming } from '../codec.ts'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSING = 2
export const CLOSED = 3

/** What a fake socket asks of its server. */
export interface FakePeer {
  dialled(socket: FakeSocket): void
  received(socket: FakeSocket, data: WireData): void
  /** The client has started the closing handshake. */
  closing(socket: FakeSocket): void
  /** Whether what is sent stays in `bufferedAmount` for now. */
  readonly isStalled: boolean
}

/** A native socket without a network: its server says what happens to it, and when. */
export class FakeSocket extends EventTarget {
  static readonly CONNECTING: 0 = CONNECTING
  static readonly OPEN: 1 = OPEN
  static readonly CLOSING: 2 = CLOSING
  static readonly CLOSED: 3 = CLOSED

  readonly url: string
  readonly protocols: readonly string[]
  readyState: 0 | 1 | 2 | 3 = CONNECTING
  protocol = ''
  extensions = ''
  binaryType = 'blob'
  /** What the client closed with. */
  closedWith: { readonly code: number | undefined; readonly reason: string } | undefined

  readonly #peer: FakePeer
  readonly #buffer: WireData[] = []
  #bufferedAmount = 0

  constructor(peer: FakePeer, url: string, protocols: readonly string[] = []) {
    super()
    this.#peer = peer
    this.url = url
    this.protocols = protocols
    peer.dialled(this)
  }

  get bufferedAmount(): number {
    return this.#bufferedAmount
  }

  send(data: WireData): void {
    if (this.readyState === CONNECTING)
      throw new DOMException('Still in CONNECTING state.', 'InvalidStateError')
    this.#bufferedAmount += byteLength(data)
    // Discarded, and counted for ever, as the standard says.
    if (this.readyState !== OPEN) return
    this.#buffer.push(data)
    if (!this.#peer.isStalled) this.flush()
  }

  /** Gives buffered messages to the server, oldest first; all of them unless a count is given. */
  flush(count: number = Infinity): void {
    for (let i = 0; i < count; i++) {
      const data = this.#buffer.shift()
      if (data === undefined) return
      this.#bufferedAmount -= byteLength(data)
      this.#peer.received(this, data)
    }
  }

  close(code?: number, reason = ''): void {
    if (this.readyState >= CLOSING) return
    this.closedWith = { code, reason }
    this.readyState = CLOSING
    this.#peer.closing(this)
  }

  /** The handshake succeeds. */
  open(protocol = '', extensions = ''): void {
    if (this.readyState !== CONNECTING) return
    this.readyState = OPEN
    this.protocol = protocol
    this.extensions = extensions
    this.dispatchEvent(new Event('open'))
  }

  /** A message from the server. */
  receive(data: RawIncoming): void {
    if (this.readyState === OPEN || this.readyState === CLOSING) {
      this.dispatchEvent(new MessageEvent('message', { data }))
    }
  }

  /** The connection ends. `events` says what the host fires: both, or one of them only. */
  end(code: number, reason: string, wasClean: boolean, events: 'both' | 'error' | 'close' = 'close'): void {
    if (this.readyState === CLOSED) return
    // undici 6 fires an error only, and stays where it was.
    if (events !== 'error') this.readyState = CLOSED
    if (events !== 'close') this.dispatchEvent(new Event('error'))
    if (events !== 'error') this.dispatchEvent(new FakeCloseEvent(code, reason, wasClean))
  }
}

/** Node 20 has no CloseEvent. */
class FakeCloseEvent extends Event {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean

  constructor(code: number, reason: string, wasClean: boolean) {
    super('close')
    this.code = code
    this.reason = reason
    this.wasClean = wasClean
  }
}

import type { WireData } from '../bytes.ts'
import type { RawIncoming } from '../codec.ts'
import type { Environment, WebSocketConstructor } from '../environment.ts'
import { CLOSED, CLOSING, CONNECTING, type FakePeer, FakeSocket, OPEN } from './fake-socket.ts'

/** What becomes of a dial: it opens, it fails, or nothing is ever answered. */
export type DialAnswer = 'accept' | 'refuse' | 'hang'

export interface FakeServerOptions {
  readonly clock: Pick<Environment, 'setTimeout'>
  /** @defaultValue 'accept' */
  readonly dials?: DialAnswer
  /** How long a handshake or a closing handshake takes, in ms. @defaultValue 1 */
  readonly latency?: number
}

/**
 * A scripted server, and the WebSocket class that leads to it, without a network.
 *
 * @remarks It can do what mock-socket cannot: end with 1006, hang or refuse a handshake, keep what is sent
 * in `bufferedAmount`, leave a close frame unanswered, fire `error` without `close`.
 * @example
 * ```ts
 * const clock = virtualClock()
 * const server = fakeServer({ clock: clock.environment })
 * const connection = connect('ws://fake.test', { environment: { ...clock.environment, WebSocket: server.WebSocket } })
 * await clock.advance(1)
 * server.drop(1006)
 * ```
 */
export function fakeServer(options: FakeServerOptions): FakeServer {
  return new FakeServer(options)
}

export class FakeServer implements FakePeer {
  /** Give this to `options.environment`. */
  readonly WebSocket: WebSocketConstructor
  /** Every socket that ever dialled, oldest first. */
  readonly sockets: FakeSocket[] = []
  /** Every message that came, oldest first. */
  readonly messages: WireData[] = []
  /** What becomes of dials from now on. */
  dials: DialAnswer
  /** While true, what is sent stays in the client's `bufferedAmount`. */
  isStalled = false
  /** Whether a close frame is answered. */
  answersClose = true
  /** The subprotocol it chooses: the first offered one of these. */
  protocols: readonly string[] = []
  readonly extensions: string = ''

  readonly #clock: Pick<Environment, 'setTimeout'>
  readonly #latency: number

  constructor({ clock, dials = 'accept', latency = 1 }: FakeServerOptions) {
    this.#clock = clock
    this.#latency = latency
    this.dials = dials
    const peer: FakePeer = this
    this.WebSocket = class extends FakeSocket {
      constructor(url: string, protocols?: string[]) {
        super(peer, url, protocols)
      }
    }
  }

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('Nobody has dialled yet.')
    return socket
  }

  /** Sockets that are not closed. */
  get live(): FakeSocket[] {
    return this.sockets.filter(({ readyState }) => readyState !== CLOSED)
  }

  /** Accepts dials from now on, and those that hang. */
  accept(): void {
    this.dials = 'accept'
    for (const socket of this.live) if (socket.readyState === CONNECTING) this.#answer(socket)
  }

  /** Refuses dials from now on, and those that hang. */
  refuse(): void {
    this.dials = 'refuse'
    for (const socket of this.live) if (socket.readyState === CONNECTING) this.#answer(socket)
  }

  /** Leaves dials unanswered from now on. */
  hang(): void {
    this.dials = 'hang'
  }

  /** Sends to every open client. */
  send(data: RawIncoming): void {
    for (const socket of this.live) if (socket.readyState === OPEN) socket.receive(data)
  }

  /** Ends every connection: 1006 without a close frame, any other code with one. */
  drop(code = 1006, reason = '', events: 'both' | 'error' | 'close' = 'close'): void {
    for (const socket of this.live) {
      if (socket.readyState !== CONNECTING) socket.end(code, reason, code !== 1006, events)
    }
  }

  /** Takes what clients have buffered, oldest first; all unless a count of messages is given. */
  flush(count?: number): void {
    for (const socket of this.live) socket.flush(count)
  }

  dialled(socket: FakeSocket): void {
    this.sockets.push(socket)
    this.#later(() => {
      if (socket.readyState === CONNECTING && this.dials !== 'hang') this.#answer(socket)
    })
  }

  received(_socket: FakeSocket, data: WireData): void {
    this.messages.push(data)
  }

  closing(socket: FakeSocket): void {
    const wasOpen = socket.closedWith !== undefined && this.#opened.has(socket)
    this.#later(() => {
      if (socket.readyState !== CLOSING || (wasOpen && !this.answersClose)) return
      socket.flush()
      const { code = 1005, reason = '' } = socket.closedWith ?? {}
      if (wasOpen) socket.end(code, reason, true)
      else socket.end(1006, '', false, 'both')
    })
  }

  readonly #opened = new WeakSet<FakeSocket>()

  #answer(socket: FakeSocket): void {
    if (this.dials === 'refuse') return socket.end(1006, '', false, 'both')
    this.#opened.add(socket)
    const protocol = socket.protocols.find((offered) => this.protocols.includes(offered)) ?? ''
    socket.open(protocol, this.extensions)
  }

  #later(callback: () => void): void {
    this.#clock.setTimeout(callback, this.#latency)
  }
}

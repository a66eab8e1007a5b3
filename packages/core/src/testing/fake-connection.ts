import { isArrayBuffer, type OwnedData } from '../bytes.ts'
import { count as checkCount } from '../checks.ts'
import type { Codec, RawIncoming, RawOutgoing } from '../codec.ts'
import type { Close } from '../websocket-events.ts'
import {
  type AcceptOptions,
  type CloseOptions,
  checkAccept,
  type DropOptions,
  dropped,
  FAILED,
  framed,
  refused,
} from './closing.ts'
import { CLOSING, CONNECTING, type FakeLine } from './fake-line.ts'
import { Mailbox } from './mailbox.ts'
import { guarded } from './script.ts'

/** What a server gets without a codec: text, the bytes of a buffer or view, or a Blob. */
export type FakeServerMessage = string | Uint8Array<ArrayBuffer> | Blob

/** What a connection needs of the server that it belongs to. */
export interface FakeHost<Incoming, Outgoing> {
  readonly codec: Codec<Incoming, Outgoing> | undefined
  readonly extensions: string
  readonly answersClose: boolean
  /** The subprotocol for an offer; undefined where there is none in common. */
  choose(offered: readonly string[]): string | undefined
  /** Calls back after the server's latency, by the clock that counts for this line. */
  later(line: FakeLine, callback: () => void): void
  opened(connection: FakeConnection<Incoming, Outgoing>): void
  received(message: Incoming, connection: FakeConnection<Incoming, Outgoing>): void
  ended(close: Close, connection: FakeConnection<Incoming, Outgoing>): void
}

/** The server's end of one connection, from the dial on. */
export class FakeConnection<Incoming = FakeServerMessage, Outgoing = RawOutgoing> {
  /** Where the client dialled to, with its query. */
  readonly url: string
  /** The subprotocols that the client has offered. */
  readonly protocols: readonly string[]
  /** The client's end, as the client sees it. */
  readonly socket: WebSocket
  /** Resolves with what the client's `close` event tells, however it comes to that. */
  readonly closed: Promise<Close>
  readonly #line: FakeLine
  readonly #host: FakeHost<Incoming, Outgoing>
  readonly #mailbox = new Mailbox<Incoming>()
  /** Messages that take time to decode keep those behind them waiting. */
  #decoding: Promise<void> | undefined
  #isHung = false

  /** @internal */
  constructor(line: FakeLine, host: FakeHost<Incoming, Outgoing>) {
    this.#line = line
    this.#host = host
    this.url = line.url
    this.protocols = line.offered
    // The line was made by the socket: it is one of the class in fake-socket.ts.
    this.socket = line.socket as WebSocket
    this.closed = new Promise((resolve) => {
      line.peer = {
        received: (data) => this.#received(data),
        closing: () => host.later(line, () => this.#answerClose()),
        ended: (close) => {
          resolve(close)
          host.ended(close, this)
        },
      }
    })
  }

  /** That of the client: 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): 0 | 1 | 2 | 3 {
    return this.#line.readyState
  }

  /** The subprotocol that was chosen; `''` before, and without. */
  get protocol(): string {
    return this.#line.protocol
  }

  /** What the client has sent and the server has not taken yet, in bytes. */
  get bufferedAmount(): number {
    return this.#line.bufferedAmount
  }

  /** What the client has called `close()` with; undefined if it has not. */
  get closedWith(): { readonly code: number | undefined; readonly reason: string } | undefined {
    return this.#line.closedWith
  }

  /** Every message that came, oldest first. */
  get messages(): readonly Incoming[] {
    return this.#mailbox.messages
  }

  /** Whether its handshake was left unanswered by {@link hang}. */
  get isHung(): boolean {
    return this.#isHung
  }

  /** The oldest message that this has not given out yet, once there is one. */
  nextMessage(): Promise<Incoming> {
    return this.#mailbox.next()
  }

  /** Lets the handshake succeed. Nothing, if it is over already. */
  accept(options: AcceptOptions = {}): void {
    checkAccept(options)
    const line = this.#line
    if (line.readyState !== CONNECTING) return
    const { offered } = line
    const protocol = options.protocol ?? (offered.length === 0 ? '' : this.#host.choose(offered))
    // As browsers do: they want one of those that were offered, and no other.
    if (protocol === undefined || (protocol !== '' && !offered.includes(protocol))) return this.refuse()
    line.open(protocol, options.extensions ?? this.#host.extensions)
    this.#host.opened(this)
  }

  /** Lets the handshake fail, as browsers show any HTTP status: `error`, then `close` with 1006. */
  refuse(options: DropOptions = {}): void {
    const [close, events] = refused(options)
    if (this.#line.readyState !== CONNECTING) return
    // Where only an error is fired, it stays CONNECTING for ever.
    this.#isHung = true
    this.#line.end(close, events)
  }

  /** Leaves the handshake unanswered, until `accept()` or `refuse()`. */
  hang(): void {
    this.#isHung = true
  }

  /**
   * Sends to the client, encoded by the server's codec. Binary comes to it as its `binaryType` says. Nothing,
   * unless the connection is open.
   */
  send(message: Outgoing): void {
    const { codec } = this.#host
    // Without a codec, Outgoing is RawOutgoing.
    this.#line.message(codec ? codec.encode(message) : (message as RawOutgoing))
  }

  /**
   * Closes it with a closing handshake: the client is told code and reason, and that it was clean. Nothing while
   * it dials: see {@link refuse}.
   *
   * @param code - 1000 to 4999; 1005 is a close frame without a code.
   * @throws HoldfastError `CONFIGURATION` for 1006 and 1015, which no frame carries: see {@link drop}.
   */
  close(code = 1000, reason = '', options: CloseOptions = {}): void {
    const [close, events] = framed(code, reason, options)
    if (!this.#line.isBlackHole && this.#line.readyState !== CONNECTING) this.#line.end(close, events)
  }

  /**
   * Ends it without a closing handshake, as a network that is gone or a process that dies: the client is told
   * the code, and that it was not clean. What it has buffered stays in its `bufferedAmount`. Nothing while
   * it dials: see {@link refuse}.
   */
  drop(code = 1006, reason = '', options: DropOptions = {}): void {
    const [close, events] = dropped(code, reason, options)
    if (this.#line.readyState !== CONNECTING) this.#line.end(close, events)
  }

  /** From now on, what the client sends stays in its `bufferedAmount`: the server does not read. */
  stall(): void {
    this.#line.isStalled = true
  }

  /** Reads all that the client has buffered, and goes on reading; with a count, only so many messages. */
  drain(count?: number): void {
    this.#line.take(checkCount('drain(count)', count, Infinity, 0))
    if (count === undefined) this.#line.isStalled = false
    if (this.readyState === CLOSING) this.#answerClose()
  }

  /**
   * From now on nothing comes through, either way, and nobody is told: not even a close. Only `drop()` ends it. A
   * handshake hangs.
   */
  blackHole(): void {
    if (this.readyState === CONNECTING) this.hang()
    else this.#line.isBlackHole = true
  }

  /** Forgets the messages that came. */
  clear(): void {
    this.#mailbox.clear()
  }

  #answerClose(): void {
    const line = this.#line
    if (line.readyState !== CLOSING) return
    if (!line.wasOpened) return line.end(FAILED, 'both')
    if (!this.#host.answersClose || line.isBlackHole) return
    // The close frame comes after what was sent before it.
    if (!line.isStalled) line.take()
    // Without a close() of the client's it is the server that has closed, and keeps the line.
    if (line.hasBuffered || !line.closedWith) return
    const { code = 1005, reason = '' } = line.closedWith
    line.end({ code, reason, wasClean: true }, 'close')
  }

  #received(data: OwnedData): void {
    const { codec } = this.#host
    const bytes = isArrayBuffer(data) ? new Uint8Array(data) : data
    // Without a codec, Incoming is FakeServerMessage.
    if (!codec) return this.#add(bytes as Incoming)
    guarded(() => this.#decode(codec, bytes instanceof Uint8Array ? bytes.buffer : bytes))
  }

  #decode(codec: Codec<Incoming, Outgoing>, data: RawIncoming): void {
    const decoded = codec.decode(data)
    if (this.#decoding === undefined && !(decoded instanceof Promise)) return this.#add(decoded)
    const turn = Promise.resolve(this.#decoding).then(async () => this.#add(await decoded))
    guarded(() => turn)
    const over = (): void => {
      if (this.#decoding === done) this.#decoding = undefined
    }
    const done = turn.then(over, over)
    this.#decoding = done
  }

  #add(message: Incoming): void {
    this.#mailbox.add(message)
    this.#host.received(message, this)
  }
}

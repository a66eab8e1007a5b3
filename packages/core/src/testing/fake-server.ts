import type { Codec, RawOutgoing } from '../codec.ts'
import { environmentOf } from '../environment.ts'
import { HoldfastError } from '../errors.ts'
import { Address, type FakeServerUrl } from './address.ts'
import { type Answer, type AnswerOptions, Answers } from './answers.ts'
import type { AcceptOptions, CloseOptions, DropOptions } from './closing.ts'
import { FakeConnection, type FakeHost, type FakeServerMessage } from './fake-connection.ts'
import { CLOSED, CONNECTING, type FakeLine, OPEN } from './fake-line.ts'
import { Mailbox } from './mailbox.ts'
import { classLeadingTo, install, type Listener, restore } from './network.ts'
import { answering, type FakeAnswer, type FakeServerEvents, Script } from './script.ts'
import { type CheckedOptions, checkOptions, type FakeServerOptions } from './server-options.ts'

/**
 * A scripted server without a network, for tests. It is made by {@link fakeServer}.
 *
 * @typeParam Incoming - What clients send, as the server's `codec` decodes it.
 * @typeParam Outgoing - What the server sends, before its `codec`.
 */
export class FakeServer<Incoming = FakeServerMessage, Outgoing = RawOutgoing> {
  /** Where it listens, as it was resolved. */
  readonly url: string
  /** A WebSocket class that leads here, and nowhere else: a dial to another address fails. */
  readonly WebSocket: typeof WebSocket
  /** For `connect(url, { environment })`: {@link WebSocket}. */
  readonly environment: { readonly WebSocket: typeof WebSocket }
  /** Every connection that was ever dialled, oldest first. */
  readonly connections: readonly FakeConnection<Incoming, Outgoing>[]
  /** Whether a client's close frame is answered. */
  answersClose: boolean
  /** The subprotocols it speaks; undefined for all. */
  protocols: readonly string[] | undefined

  /** As `restore()`: `using server = fakeServer(url).install()`. Only where the host has the symbol. */
  declare readonly [Symbol.dispose]: () => void

  readonly #options: CheckedOptions
  readonly #listener: Listener
  readonly #host: FakeHost<Incoming, Outgoing>
  readonly #connections: FakeConnection<Incoming, Outgoing>[] = []
  readonly #mailbox = new Mailbox<Incoming>()
  readonly #script = new Script<FakeServerEvents<Incoming, Outgoing>>([
    'dial',
    'connection',
    'message',
    'close',
  ])
  readonly #awaiting: ((connection: FakeConnection<Incoming, Outgoing>) => void)[] = []
  readonly #answers: Answers
  #isStalled = false

  /** @internal */
  constructor(url: FakeServerUrl, options: FakeServerOptions & { codec?: Codec<Incoming, Outgoing> }) {
    const address = new Address(url)
    this.#options = checkOptions(options)
    this.url = address.text
    this.answersClose = this.#options.answersClose
    this.protocols = this.#options.protocols
    this.#answers = new Answers(this.#options.autoAccept ? 'accept' : 'hang')
    this.connections = this.#connections
    this.#listener = { address, dialled: (line) => this.#dialled(line) }
    this.#host = this.#hostFor(options.codec)
    this.WebSocket = classLeadingTo([this.#listener], this.#options.clock)
    this.environment = { WebSocket: this.WebSocket }
    if (Symbol.dispose) this[Symbol.dispose] = () => this.restore()
    if (this.#options.global) this.install()
  }

  /** The newest connection. @throws HoldfastError `CONFIGURATION` if nobody has dialled yet. */
  get connection(): FakeConnection<Incoming, Outgoing> {
    const connection = this.#connections.at(-1)
    if (!connection) throw new HoldfastError('CONFIGURATION', `Nobody has dialled ${this.url} yet.`)
    return connection
  }

  /** The connections that are not over, those that are dialling or closing included. */
  get live(): FakeConnection<Incoming, Outgoing>[] {
    return this.#connections.filter(({ readyState }) => readyState !== CLOSED)
  }

  /** Every message that came, over whatever connection, oldest first. */
  get messages(): readonly Incoming[] {
    return this.#mailbox.messages
  }

  /** Resolves with the newest open connection: at once if there is one, else with the next. */
  get connected(): Promise<FakeConnection<Incoming, Outgoing>> {
    const open = this.#connections.filter(({ readyState }) => readyState === OPEN).at(-1)
    return open ? Promise.resolve(open) : new Promise((resolve) => this.#awaiting.push(resolve))
  }

  /** Resolves once no connection is left: at once, if there is none. */
  get closed(): Promise<void> {
    const { live } = this
    if (live.length === 0) return Promise.resolve()
    return Promise.all(live.map(({ closed }) => closed)).then(() => this.closed)
  }

  /** The oldest message that this has not given out yet, once there is one. */
  nextMessage(): Promise<Incoming> {
    return this.#mailbox.next()
  }

  /** Forgets the messages that came, and the connections that are over. */
  clear(): void {
    this.#mailbox.clear()
    for (const connection of this.live) connection.clear()
    this.#connections.splice(0, Infinity, ...this.live)
  }

  /** Accepts dials from now on, and those that hang; with `times` the next ones only. */
  accept(options: AcceptOptions & AnswerOptions = {}): void {
    this.#decide('accept', options)
  }

  /** Refuses dials from now on, and those that hang: `error` and `close` 1006, as browsers show any HTTP status. */
  refuse(options: AnswerOptions = {}): void {
    this.#decide('refuse', options)
  }

  /** Leaves dials unanswered from now on: their handshake takes for ever. */
  hang(options: AnswerOptions = {}): void {
    this.#decide('hang', options)
  }

  /**
   * Calls back for what happens, in order.
   *
   * @remarks What a callback sends or does in answer to a message arrives when the client's `send()` has
   * returned. One that throws or rejects, as a failed assertion does, is an unhandled rejection: it fails the
   * test, and is no failure of the client.
   * @returns what takes it away again
   */
  on<Name extends keyof FakeServerEvents<Incoming, Outgoing>>(
    event: Name,
    callback: (...args: FakeServerEvents<Incoming, Outgoing>[Name]) => unknown,
  ): () => void {
    return this.#script.on(event, callback)
  }

  /**
   * Answers every message with what this makes of it; `undefined` is no answer.
   *
   * @returns what takes it away again
   * @example
   * ```ts
   * const server = fakeServer('wss://example.com/chat')
   * server.reply((message) => (message === 'ping' ? 'pong' : undefined))
   * ```
   */
  reply(answer: FakeAnswer<Incoming, Outgoing>): () => void {
    return this.#script.on('message', answering(answer))
  }

  /** Sends to every open client. */
  send(message: Outgoing): void {
    for (const connection of this.live) connection.send(message)
  }

  /** Closes every connection by a closing handshake. @see {@link FakeConnection.close} */
  close(code = 1000, reason = '', options: CloseOptions = {}): void {
    for (const connection of this.live) connection.close(code, reason, options)
  }

  /** Ends every connection without one. @see {@link FakeConnection.drop} */
  drop(code = 1006, reason = '', options: DropOptions = {}): void {
    for (const connection of this.live) connection.drop(code, reason, options)
  }

  /** Reads nothing until `drain()` without a count, from later connections neither: `bufferedAmount` grows. */
  stall(): void {
    this.#isStalled = true
    for (const connection of this.live) connection.stall()
  }

  /** Reads what was held back, and goes on reading; with a count, only so many messages of each connection. */
  drain(count?: number): void {
    if (count === undefined) this.#isStalled = false
    for (const connection of this.live) connection.drain(count)
  }

  /**
   * Lets the network fall silent: nothing comes through on the open connections any more, and dials hang.
   * `accept()` lets clients in again; the old connections stay dead until they are dropped.
   */
  blackHole(): void {
    for (const connection of this.live) connection.blackHole()
    this.hang()
  }

  /** Takes the dials to its address that go by the global `WebSocket`, until `restore()`. */
  install(): this {
    install(this.#listener)
    return this
  }

  /** Undoes `install()`: with the last server that was installed, the former global class is there again. */
  restore(): void {
    restore(this.#listener)
  }

  #decide(answer: Answer, options: AcceptOptions & AnswerOptions): void {
    if (!this.#answers.set(answer, options)) return
    for (const connection of this.live) if (connection.isHung) this.#answer(connection)
  }

  #answer(connection: FakeConnection<Incoming, Outgoing>): void {
    const { answer, options } = connection.isHung ? this.#answers.always : this.#answers.take()
    if (answer === 'accept') connection.accept(options)
    else connection[answer]()
  }

  #dialled(line: FakeLine): void {
    const connection = new FakeConnection(line, this.#host)
    this.#connections.push(connection)
    if (this.#isStalled) connection.stall()
    this.#host.later(line, () => {
      if (connection.readyState !== CONNECTING) return
      this.#script.tell('dial', connection)
      if (connection.readyState === CONNECTING && !connection.isHung) this.#answer(connection)
    })
  }

  #hostFor(codec: Codec<Incoming, Outgoing> | undefined): FakeHost<Incoming, Outgoing> {
    const { latency, clock, extensions } = this.#options
    const server = this
    return {
      codec,
      extensions,
      get answersClose() {
        return server.answersClose
      },
      choose: (offered) => offered.find((protocol) => this.protocols?.includes(protocol) ?? true),
      later(line, callback) {
        const { environment = environmentOf() } = clock ?? line.clock ?? {}
        if (latency > 0) environment.setTimeout(callback, latency)
        else Promise.resolve().then(callback)
      },
      opened: (connection) => {
        for (const tell of this.#awaiting.splice(0)) tell(connection)
        this.#script.tell('connection', connection)
      },
      received: (message, connection) => {
        this.#mailbox.add(message)
        this.#script.tell('message', message, connection)
      },
      ended: (close, connection) => this.#script.tell('close', close, connection),
    }
  }
}

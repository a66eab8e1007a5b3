import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { closed } from './ending.ts'
import { Gate, type Handshake } from './gate.ts'
import { LOOPBACK, listen } from './listen.ts'
import type { ServerBehaviour, ServerOptions } from './server-behaviour.ts'
import { closeFromServer, serverSocketClass } from './server-socket.ts'
import { Waiters } from './waiters.ts'

/** `connection` counts accepted handshakes from 0. */
export interface Received {
  connection: number
  data: string | Buffer
}

export interface Closed {
  connection: number
  code: number
  reason: string
}

/** A client that does not answer a close frame is cut off by ws after this; its default of 30 s outlasts a test. */
const CLOSE_TIMEOUT = 1_000

/** Starts a real `ws` server on loopback that records what happens and misbehaves on demand. */
export async function createServer({ port = 0, ...behaviour }: ServerOptions = {}): Promise<TestServer> {
  const http = createHttpServer()
  return new TestServer(http, await listen(http, port), behaviour)
}

export class TestServer implements ServerBehaviour {
  echo = false
  broadcast = false
  onMessage: ServerBehaviour['onMessage']
  onConnection: ServerBehaviour['onConnection']
  handleProtocols: ServerBehaviour['handleProtocols']
  silentClose = false

  readonly port: number
  readonly url: string
  readonly received: Received[] = []
  readonly closed: Closed[] = []

  readonly #wss: WebSocketServer
  readonly #gate = new Gate()
  readonly #waiters = new Waiters()
  readonly #sockets = new Set<Duplex>()
  #http: Server | undefined
  #accepted = 0
  #isReadingPaused = false
  #restarting: Promise<void> = Promise.resolve()
  #ending: Promise<void> | undefined

  /** Use {@link createServer}. */
  constructor(http: Server, port: number, behaviour: Partial<ServerBehaviour>) {
    this.port = port
    this.url = `ws://${LOOPBACK}:${port}`
    Object.assign(this, behaviour)
    const settings = {
      noServer: true,
      WebSocket: serverSocketClass(() => this.silentClose),
      closeTimeout: CLOSE_TIMEOUT, // missing in @types/ws 8.18
      handleProtocols: (offered: Set<string>, request: IncomingMessage): string | false =>
        this.handleProtocols ? this.handleProtocols(offered, request) : ([...offered][0] ?? false),
    }
    this.#wss = new WebSocketServer(settings)
    this.#serve(http)
  }

  /** The live sockets, oldest first. */
  get connections(): WebSocket[] {
    return [...this.#wss.clients]
  }

  /** Handshakes accepted ever. */
  get accepted(): number {
    return this.#accepted
  }

  /** Every upgrade request, refused and hung ones included. */
  get handshakes(): readonly Handshake[] {
    return this.#gate.handshakes
  }

  /** Path and query of each of them. */
  get urls(): string[] {
    return this.handshakes.map(({ url }) => url)
  }

  /** The subprotocols that each of them offered. */
  get protocolsOffered(): string[][] {
    return this.handshakes.map(({ protocols }) => protocols)
  }

  /** The messages alone, of all connections, in the order of arrival. */
  get messages(): (string | Buffer)[] {
    return this.received.map(({ data }) => data)
  }

  /** Answers handshakes with this HTTP status (401, 503 …) until called without one. */
  refuseWith(status?: number): void {
    this.#gate.refusal = status
  }

  /** Never answers the handshakes that come while it is on. */
  hangHandshake(on = true): void {
    this.#gate.isHanging = on
  }

  /** Stops to read from all sockets, later ones too, so that their senders meet back-pressure. */
  pauseReading(on = true): void {
    this.#isReadingPaused = on
    for (const socket of this.#wss.clients) on ? socket.pause() : socket.resume()
  }

  /** Empties its books, which grow with every connection and message. */
  forget(): void {
    for (const book of [this.received, this.closed, this.#gate.handshakes]) book.length = 0
  }

  sendAll(data: string | Buffer): void {
    for (const socket of this.#wss.clients) socket.send(data)
  }

  closeAll(code?: number, reason?: string): void {
    for (const socket of this.#wss.clients) closeFromServer(socket, code, reason)
  }

  terminateAll(): void {
    for (const socket of this.#wss.clients) socket.terminate()
  }

  /** Stops listening, closes all connections with the code, and listens again on the same port when all are gone. */
  restart(code = 1001, reason = ''): Promise<void> {
    this.#restarting = this.#restarting.then(() => this.#restart(code, reason))
    return this.#restarting
  }

  /** Resolves as soon as the condition holds, asked again at every event of the server. */
  waitFor(predicate: (server: this) => boolean, timeout = 5_000): Promise<void> {
    const explain = () => `${predicate.toString()} did not come true; ${this.#describe()}`
    return this.#waiters.wait(() => predicate(this), timeout, explain)
  }

  /** Ends everything. No socket, listener or timer is left when it resolves. */
  close(): Promise<void> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #restart(code: number, reason: string): Promise<void> {
    const down = this.#stopListening()
    this.closeAll(code, reason)
    await this.waitFor(() => this.connections.length === 0)
    // The hung ones: they have no close handshake to wait for.
    for (const socket of this.#sockets) socket.destroy()
    await down
    if (this.#ending) return
    const http = createHttpServer()
    this.#serve(http)
    await listen(http, this.port)
  }

  async #end(): Promise<void> {
    this.terminateAll()
    await this.#restarting.catch(() => {})
    const down = this.#stopListening()
    const gone = [...this.#sockets].map(closed)
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all([down, ...gone])
    this.#waiters.end(`The server was closed; ${this.#describe()}`)
  }

  async #stopListening(): Promise<void> {
    const http = this.#http
    this.#http = undefined
    if (!http) return
    http.close()
    await closed(http)
  }

  #serve(http: Server): void {
    this.#http = http
    http.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Its TCP connection came before the listener was closed: let in now, it would outlive restart() or close().
    if (!this.#http) socket.destroy()
    else if (this.#gate.admits(request, socket)) {
      this.#wss.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted, request))
    }
    this.#waiters.check()
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const connection = this.#accepted
    this.#accepted += 1
    // An error is always followed by 'close', which is what is recorded.
    socket.on('error', () => {})
    socket.on('message', (raw: Buffer, isBinary) => {
      this.#receive(socket, connection, isBinary ? raw : raw.toString(), isBinary)
    })
    socket.on('close', (code, reason) => {
      this.closed.push({ connection, code, reason: reason.toString() })
      this.#waiters.check()
    })
    if (this.#isReadingPaused) socket.pause()
    this.onConnection?.(socket, request)
  }

  #receive(socket: WebSocket, connection: number, data: string | Buffer, isBinary: boolean): void {
    this.received.push({ connection, data })
    if (this.echo) socket.send(data)
    if (this.broadcast) for (const other of this.#wss.clients) if (other !== socket) other.send(data)
    this.onMessage?.(socket, data, isBinary)
    this.#waiters.check()
  }

  #describe(): string {
    const last = this.received.at(-1)?.data.slice(0, 80).toString()
    return (
      `the server had ${this.handshakes.length} handshakes, ${this.#accepted} accepted, ` +
      `${this.#wss.clients.size} open, ${this.closed.length} closed, ` +
      `${this.received.length} messages${last === undefined ? '' : `, the last '${last}'`}`
    )
  }
}

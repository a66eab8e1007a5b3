import { createServer, type Server, type Socket } from 'node:net'
import { closed } from './ending.ts'
import { Link } from './link.ts'
import { holdPort, LOOPBACK, listen } from './listen.ts'
import { createLine, type Line } from './pipe.ts'
import { TokenBucket } from './token-bucket.ts'

/** 'up' is from the client to the server. */
export type Direction = 'up' | 'down' | 'both'

export interface FaultyProxyTarget {
  port: number
  host?: string
}

/** Starts a TCP proxy on loopback in front of a server. Without faults it is transparent. */
export async function createFaultyProxy({ port, host = LOOPBACK }: FaultyProxyTarget): Promise<FaultyProxy> {
  const listener = createListener()
  const ownPort = await listen(listener)
  return new FaultyProxy({ port, host }, ownPort, listener, await holdPort(listener, ownPort))
}

function createListener(): Server {
  return createServer({ allowHalfOpen: true, noDelay: true })
}

/** A line that breaks on demand. Each fault can be set at any time, for connections old and new. */
export class FaultyProxy {
  readonly port: number
  readonly url: string
  readonly #target: { port: number; host: string }
  readonly #up: Line = createLine()
  readonly #down: Line = createLine()
  readonly #links = new Set<Link>()
  readonly #sockets = new Set<Socket>()
  #listener: Server | undefined
  #switching: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined
  #accepted = 0

  /** Use {@link createFaultyProxy}. */
  constructor(target: { port: number; host: string }, port: number, listener: Server, held: Socket[]) {
    this.#target = target
    this.port = port
    this.url = `ws://${LOOPBACK}:${this.port}`
    for (const socket of held) this.#track(socket)
    this.#serve(listener)
  }

  /** Connections that their clients hold at present: one is gone with the client's FIN, though that is not forwarded. */
  get connections(): number {
    let count = 0
    for (const { client } of this.#links) if (this.#sockets.has(client) && !client.readableEnded) count += 1
    return count
  }

  /** Connections accepted ever. */
  get accepted(): number {
    return this.#accepted
  }

  /** Bytes forwarded to the server, of all connections together. */
  get bytesUp(): number {
    return this.#up.forwarded
  }

  /** Bytes forwarded to clients, of all connections together. */
  get bytesDown(): number {
    return this.#down.forwarded
  }

  /** Bytes that reached the proxy and were dropped, by a black hole or with a connection that ended. */
  get swallowed(): { readonly up: number; readonly down: number } {
    return { up: this.#up.swallowed, down: this.#down.swallowed }
  }

  /** Ends every connection of this moment by RST: the client sees 1006. */
  reset(): void {
    for (const link of this.#links) link.reset()
  }

  /** Ends every connection of this moment by FIN, without a close frame: the client sees 1006. */
  cut(): void {
    for (const link of this.#links) link.cut()
  }

  /**
   * A dead link: bytes, FIN and RST are dropped, and connections stay established; new ones are accepted and never
   * answered. Taken back, it heals for new connections and for those that lost nothing: TCP delivers nothing
   * behind a gap, so the others stay dead until they are closed. `reset()` and `cut()` reach through.
   */
  blackHole(on = true, direction: Direction = 'both'): void {
    if (direction !== 'down') this.#up.hole = on
    if (direction !== 'up') this.#down.hole = on
    this.#update()
  }

  /**
   * Reads no more from clients, so that their buffers fill; taken back, everything arrives. A client that leaves
   * meanwhile is noticed only then, as with a peer that hangs.
   */
  stall(on = true): void {
    this.#up.stalled = on
    this.#update()
  }

  /** Milliseconds that every byte is under way, each way. Order is kept. */
  delay(milliseconds: number): void {
    this.#up.delay = milliseconds
    this.#down.delay = milliseconds
    this.#update()
  }

  /** Limits each way to a rate that all connections share, with back-pressure; `undefined` lifts it. */
  throttle(bytesPerSecond: number | undefined): void {
    this.#up.bucket = bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond)
    this.#down.bucket = bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond)
    this.#update()
  }

  /** Refuses new connections (ECONNREFUSED) until taken back; those that exist stay. Done when it resolves. */
  refuse(on = true): Promise<void> {
    this.#switching = this.#switching.then(() => (on ? this.#stopListening() : this.#startListening()))
    return this.#switching
  }

  /** Ends everything. No socket, listener or timer is left when it resolves. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #serve(listener: Server): void {
    this.#listener = listener
    listener.on('connection', (client) => this.#accept(client))
  }

  async #startListening(): Promise<void> {
    if (this.#listener || this.#closing) return
    const listener = createListener()
    this.#serve(listener)
    await listen(listener, this.port)
  }

  #stopListening(): void {
    this.#listener?.close()
    this.#listener = undefined
  }

  #accept(client: Socket): void {
    this.#accepted += 1
    const link = new Link(client, this.#target, this.#up, this.#down)
    this.#links.add(link)
    this.#track(client, link)
    this.#track(link.server, link)
  }

  #track(socket: Socket, link?: Link): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (link && !this.#sockets.has(link.client) && !this.#sockets.has(link.server)) this.#links.delete(link)
    })
  }

  #update(): void {
    for (const link of this.#links) link.update()
  }

  async #end(): Promise<void> {
    await this.#switching.catch(() => {})
    const gone = [...this.#sockets].map(closed)
    if (this.#listener) gone.push(closed(this.#listener))
    this.#stopListening()
    for (const link of this.#links) link.destroy()
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(gone)
  }
}

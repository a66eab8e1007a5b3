import type { Environment } from '@holdfast/core'
import { WebSocket as MockWebSocket, Server } from 'mock-socket'
import { fakeServer } from '../../packages/core/src/testing/index.ts'

export const ROOM = 'ws://holdfast.test/room'
export const LOBBY = 'ws://holdfast.test/lobby'
export const ELSEWHERE = 'ws://elsewhere.test/room'

interface Socket {
  readonly url: string
  readonly readyState: number
}

/** A server without a network, scripted alike for core's fake one and for mock-socket. */
export abstract class Backend {
  abstract readonly environment: Partial<Environment>
  abstract readonly received: readonly unknown[]
  protected abstract readonly sockets: readonly Socket[]

  /** What it says to everybody who comes. */
  greeting: string | undefined

  /** Where each dial went to, oldest first. */
  get dials(): string[] {
    return this.sockets.map(({ url }) => url)
  }

  /** Where the sockets that are not closed lead to. */
  get live(): string[] {
    return this.sockets.filter(({ readyState }) => readyState !== 3).map(({ url }) => url)
  }

  /** To every open client. */
  abstract send(data: string): void
  /** Ends every connection with 1006. */
  abstract drop(): void
  /** Leaves dials unanswered from now on. */
  abstract hang(): void
  abstract stop(): void
}

class FakeBackend extends Backend {
  readonly #server = fakeServer(/^/, { latency: 1 })
  readonly environment = this.#server.environment
  readonly received = this.#server.messages
  protected readonly sockets = this.#server.connections

  constructor() {
    super()
    this.#server.on('connection', async (connection) => {
      // Later: whoever waits for the socket is told of it first.
      await Promise.resolve()
      if (this.greeting !== undefined) connection.send(this.greeting)
    })
  }

  send(data: string): void {
    this.#server.send(data)
  }

  drop(): void {
    this.#server.drop(1006)
  }

  hang(): void {
    this.#server.hang()
  }

  stop(): void {}
}

class MockBackend extends Backend {
  readonly #servers = [ROOM, LOBBY, ELSEWHERE].map((url) => new Server(url))
  #hangs = false
  readonly environment: Partial<Environment>
  readonly received: unknown[] = []
  protected readonly sockets: Socket[] = []

  constructor() {
    super()
    for (const server of this.#servers) {
      server.on('connection', (socket) => {
        socket.on('message', (data) => this.received.push(data))
        if (this.greeting !== undefined) socket.send(this.greeting)
      })
    }
    const dialled = (socket: MockWebSocket): void => {
      this.sockets.push(socket)
      // It cannot hang a handshake; but nobody needs to hear of it.
      if (this.#hangs) socket.dispatchEvent = () => true
    }
    this.environment = {
      WebSocket: class extends MockWebSocket {
        constructor(url: string, protocols?: string[]) {
          super(url, protocols)
          dialled(this)
        }
      },
    }
  }

  get #clients() {
    return this.#servers.flatMap((server) => server.clients())
  }

  send(data: string): void {
    for (const client of this.#clients) client.send(data)
  }

  drop(): void {
    for (const client of this.#clients) client.close({ code: 1006, reason: '', wasClean: false })
  }

  hang(): void {
    this.#hangs = true
  }

  stop(): void {
    for (const server of this.#servers) server.stop()
  }
}

export const backends = { fake: () => new FakeBackend(), 'mock-socket': () => new MockBackend() }

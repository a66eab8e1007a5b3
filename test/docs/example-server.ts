import { FakeServer, type FakeSocket } from '../../packages/core/src/testing/index.ts'

/** A message that the examples send. */
interface Asked {
  id?: number
  params?: number[]
  subscribe?: string
  after?: number
}

/** The server at example.com: what it says depends on where one dials. */
export class ExampleServer extends FakeServer {
  constructor() {
    super({ clock: { setTimeout: (callback, delay) => setTimeout(callback, delay) } })
  }

  override dialled(socket: FakeSocket): void {
    super.dialled(socket)
    // Later: whoever waits for the socket is told of it first.
    socket.addEventListener('open', () => queueMicrotask(() => this.#greet(socket)))
  }

  override received(socket: FakeSocket, data: Parameters<FakeSocket['send']>[0]): void {
    if (typeof data !== 'string') {
      if (ArrayBuffer.isView(data)) socket.receive(copyOf(data))
      return
    }
    switch (pathOf(socket)) {
      case '/echo':
        return socket.receive(data)
      case '/topics':
        return this.#publish(socket, JSON.parse(data) as Asked)
      case '/rpc': {
        const { id, params = [] } = JSON.parse(data) as Asked
        return say(socket, { id, result: params.reduce((sum, n) => sum + n, 0) })
      }
    }
  }

  #greet(socket: FakeSocket): void {
    if (pathOf(socket) === '/numbers') for (let n = 1; n <= 5; n++) say(socket, n)
    if (pathOf(socket) !== '/prices') return
    for (let value = 1; value <= 1_000; value++) {
      for (const symbol of ['A', 'B']) say(socket, { symbol, value })
    }
  }

  #publish(socket: FakeSocket, { subscribe, after = 0 }: Asked): void {
    if (subscribe === undefined) return
    for (const n of [1, 2]) say(socket, { topic: subscribe, n: after + n })
  }
}

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer
}

function pathOf(socket: FakeSocket): string {
  return new URL(socket.url).pathname
}

function say(socket: FakeSocket, message: unknown): void {
  socket.receive(JSON.stringify(message))
}

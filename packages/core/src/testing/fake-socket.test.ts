import { onTestFinished } from 'vitest'
import type { Line } from '../../../../test/conformance/expectation.ts'
import { conform } from '../../../../test/conformance/run.ts'
import type { Awaited, LineReport } from '../../../../test/support/line.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { isBlob } from '../bytes.ts'
import { type FakeServer, type FakeServerMessage, fakeServer } from './index.ts'

let places = 0

/** What a native class is given by a real server, this one is given by a fake one, by the same orders. */
class FakeLine implements Line {
  readonly url: string
  readonly server: FakeServer
  #echoes = false

  constructor() {
    places += 1
    this.url = `ws://localhost:${10_000 + places}`
    // By the timers of the host, as a network: what a script's answer is worth in microtasks is not asked here.
    this.server = fakeServer(new RegExp(`^${this.url}/`), { latency: 1 }).install()
    this.server.on('message', (message, connection) => {
      if (this.#echoes && !isBlob(message)) connection.send(message)
    })
    onTestFinished(() => this.server.restore())
  }

  readonly order: Line['order'] = async (command, ...args: readonly unknown[]) => {
    const { server } = this
    const [first, second] = args
    switch (command) {
      case 'reset':
        return server.drop()
      case 'stall':
        return first ? server.stall() : server.drain()
      case 'closeAll':
        return server.close(Number(first), String(second ?? ''))
      case 'refuseWith':
        return first === undefined ? server.accept() : server.refuse()
      case 'hangHandshake':
        return first ? server.hang() : server.accept()
      case 'sendText':
        return server.send(String(first))
      case 'sendBytes':
        return server.send(new TextEncoder().encode(String(first)))
      case 'configure': {
        const { echo, protocol } = first as { echo?: boolean; protocol?: string }
        this.#echoes = echo ?? this.#echoes
        if (protocol !== undefined) server.accept({ protocol })
        return
      }
      default:
        throw new Error(`No expectation gives this order yet: ${command}.`)
    }
  }

  async report(): Promise<LineReport> {
    const { connections } = this.server
    const received = connections.flatMap(({ messages }, connection) =>
      messages.map(async (message) => ({ connection, ...(await described(message)) })),
    )
    return {
      accepted: connections.filter(({ readyState }) => readyState > 0).length,
      live: this.server.live.length,
      connections: connections.length,
      urls: connections.map(({ url }) => url.slice(this.url.length)),
      protocolsOffered: connections.map(({ protocols }) => [...protocols]),
      closed: connections.flatMap(({ closedWith }, connection) =>
        closedWith ? [{ connection, code: closedWith.code ?? 1005, reason: closedWith.reason }] : [],
      ),
      received: await Promise.all(received),
    }
  }

  async until(least: Awaited): Promise<LineReport> {
    const { server } = this
    await waitFor(
      () =>
        server.connections.length >= Math.max(least.accepted ?? 0, least.handshakes ?? 0) &&
        server.messages.length >= (least.received ?? 0) &&
        server.connections.filter(({ closedWith }) => closedWith).length >= (least.closed ?? 0),
    )
    return this.report()
  }
}

async function described(message: FakeServerMessage) {
  const data = isBlob(message) ? new Uint8Array(await message.arrayBuffer()) : message
  const isBinary = typeof data !== 'string'
  const bytes = isBinary ? data : new TextEncoder().encode(data)
  return { isBinary, head: new TextDecoder().decode(bytes.subarray(0, 64)), bytes: bytes.length }
}

/** The one that stands in for the global class, whichever server is installed. */
const anchor = fakeServer('ws://localhost').install()
const { WebSocket } = globalThis
anchor.restore()

// Chromium's own class meets these expectations, in a test of its own: whoever tests with this one is told no lies.
conform('the class of a fake server', {
  WebSocket,
  comesBack: false,
  on: ['node'],
  startLine: async () => new FakeLine(),
})

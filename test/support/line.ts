import { createFaultyProxy, type FaultyProxy } from './faulty-proxy.ts'
import { createServer, type TestServer } from './server.ts'

/** A server and the faulty line to it. */
export interface Line {
  readonly server: TestServer
  readonly proxy: FaultyProxy
}

/** What a test that only gives orders is told of a line. */
export interface LineReport {
  readonly accepted: number
  readonly live: number
  readonly connections: number
  readonly urls: readonly string[]
  readonly protocolsOffered: readonly string[][]
  readonly closed: TestServer['closed']
  /** The beginning of each message, and how long it was, in bytes. */
  readonly received: readonly { connection: number; isBinary: boolean; head: string; bytes: number }[]
}

/** What has to come about, each at least so often. */
export interface Awaited {
  readonly accepted?: number
  readonly handshakes?: number
  readonly received?: number
  readonly closed?: number
}

const HEAD = 64

function report({ server, proxy }: Line): LineReport {
  return {
    accepted: server.accepted,
    live: server.connections.length,
    connections: proxy.connections,
    urls: server.urls,
    protocolsOffered: server.protocolsOffered,
    closed: server.closed,
    received: server.received.map(({ connection, data }) => ({
      connection,
      isBinary: typeof data !== 'string',
      head: data.slice(0, HEAD).toString(),
      bytes: Buffer.byteLength(data),
    })),
  }
}

/** What such a test can have done to its line: the same in a browser and in Node. */
export const commands = {
  report,
  reset: ({ proxy }: Line) => proxy.reset(),
  cut: ({ proxy }: Line) => proxy.cut(),
  refuse: ({ proxy }: Line, on: boolean) => proxy.refuse(on),
  stall: ({ proxy }: Line, on: boolean) => proxy.stall(on),
  blackHole: ({ proxy }: Line, on: boolean) => proxy.blackHole(on),
  throttle: ({ proxy }: Line, rate?: number) => proxy.throttle(rate),
  restart: ({ server }: Line, code: number, reason: string) => server.restart(code, reason),
  closeAll: ({ server }: Line, code: number, reason = '') => server.closeAll(code, reason),
  refuseWith: ({ server }: Line, status?: number) => server.refuseWith(status),
  hangHandshake: ({ server }: Line, on: boolean) => server.hangHandshake(on),
  sendText: ({ server }: Line, text: string) => server.sendAll(text),
  /** As a binary message. */
  sendBytes: ({ server }: Line, text: string) => server.sendAll(Buffer.from(text)),
  configure({ server }: Line, behaviour: { echo?: boolean; silentClose?: boolean; protocol?: string }) {
    const { protocol, ...rest } = behaviour
    Object.assign(server, rest)
    if (protocol !== undefined) server.handleProtocols = () => protocol
  },
  async until(line: Line, least: Awaited, timeout: number): Promise<LineReport> {
    await line.server.waitFor(
      ({ accepted, handshakes, received, closed }) =>
        accepted >= (least.accepted ?? 0) &&
        handshakes.length >= (least.handshakes ?? 0) &&
        received.length >= (least.received ?? 0) &&
        closed.length >= (least.closed ?? 0),
      timeout,
    )
    return report(line)
  },
}

export type Commands = typeof commands

export async function openLine(): Promise<Line> {
  const server = await createServer()
  return { server, proxy: await createFaultyProxy(server) }
}

export async function closeLine({ proxy, server }: Line): Promise<void> {
  await proxy.close()
  await server.close()
}

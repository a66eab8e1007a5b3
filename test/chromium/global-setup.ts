import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import type { TestProject } from 'vitest/node'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { LOOPBACK, listen } from '../support/listen.ts'
import { createServer, type TestServer } from '../support/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where browser tests order servers, proxies and faults. */
    controlUrl: string
  }
}

interface Line {
  readonly server: TestServer
  readonly proxy: FaultyProxy
}

/** What a browser test is told of a line. */
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

/** What a browser test can have done to its line. */
const commands = {
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
  async until({ server }: Line, least: Awaited, timeout: number): Promise<LineReport | undefined> {
    await server.waitFor(
      ({ accepted, handshakes, received, closed }) =>
        accepted >= (least.accepted ?? 0) &&
        handshakes.length >= (least.handshakes ?? 0) &&
        received.length >= (least.received ?? 0) &&
        closed.length >= (least.closed ?? 0),
      timeout,
    )
    const line = [...lines.values()].find((other) => other.server === server)
    return line && report(line)
  },
}

export type Commands = typeof commands

const lines = new Map<number, Line>()

async function openLine(): Promise<{ id: number; url: string }> {
  const server = await createServer()
  const proxy = await createFaultyProxy(server)
  lines.set(proxy.port, { server, proxy })
  return { id: proxy.port, url: proxy.url }
}

async function closeLine(id: number): Promise<void> {
  const line = lines.get(id)
  lines.delete(id)
  await line?.proxy.close()
  await line?.server.close()
}

interface Order {
  readonly id?: number
  readonly command: keyof Commands | 'openLine' | 'closeLine'
  readonly args: readonly unknown[]
}

async function carryOut({ id = 0, command, args }: Order): Promise<unknown> {
  if (command === 'openLine') return openLine()
  if (command === 'closeLine') return closeLine(id)
  const line = lines.get(id)
  if (!line) throw new Error(`There is no line ${id}`)
  // The browser's side has checked the arguments against the type of the command.
  return (commands[command] as (line: Line, ...args: readonly unknown[]) => unknown)(line, ...args)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

/** Runs in Node, beside the browser: a small HTTP server that takes the orders of the tests. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const control = createHttpServer(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    try {
      const answer = await carryOut(JSON.parse(await bodyOf(request)))
      response.end(JSON.stringify({ answer }))
    } catch (error) {
      response.statusCode = 500
      response.end(JSON.stringify({ error: String(error) }))
    }
  })
  provide('controlUrl', `http://${LOOPBACK}:${await listen(control)}`)
  return async () => {
    for (const id of [...lines.keys()]) await closeLine(id)
    const closed = once(control, 'close')
    control.close()
    control.closeAllConnections()
    await closed
  }
}

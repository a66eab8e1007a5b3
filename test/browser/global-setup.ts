import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import type { TestProject } from 'vitest/node'
import { openChoosyServer, openClosingServer } from '../support/hostile-servers.ts'
import { type Commands, closeLine, commands, type Line, openLine } from '../support/line.ts'
import { LOOPBACK, listen } from '../support/listen.ts'
import { openRandomServer, type Plan } from '../support/random-server.ts'
import type { RawServer } from '../support/raw-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where browser tests order servers, proxies and faults. */
    controlUrl: string
    /** Of the frameworks that the page is to have. */
    versions: Readonly<Record<'react' | 'vue', string>>
    /** What tests by chance begin with; HOLDFAST_SEED replays one failure. */
    seed: number
    isReplay: boolean
  }
}

const lines = new Map<number, Line>()

async function open(): Promise<{ id: number; url: string }> {
  const line = await openLine()
  const { port, url } = line.proxy
  lines.set(port, line)
  return { id: port, url }
}

async function close(id: number): Promise<void> {
  const line = lines.get(id)
  lines.delete(id)
  if (line) await closeLine(line)
}

/** Servers that are no line, by what they do. */
const hostile = {
  random: (plan: Omit<Plan, 'moving'>) => openRandomServer({ ...plan, moving: () => {} }),
  closing: openClosingServer,
  choosy: openChoosyServer,
}

const servers = new Map<number, RawServer>()

async function openHostile(kind: keyof typeof hostile, plan: Omit<Plan, 'moving'>) {
  const server = await hostile[kind](plan)
  const id = Number(new URL(server.url).port)
  servers.set(id, server)
  return { id, url: server.url }
}

async function closeHostile(id: number): Promise<void> {
  const server = servers.get(id)
  servers.delete(id)
  await server?.close()
}

interface Order {
  readonly id?: number
  readonly command:
    | keyof Commands
    | 'openLine'
    | 'closeLine'
    | 'openHostile'
    | 'closeHostile'
    | 'reportHostile'
  readonly args: readonly unknown[]
}

async function carryOut({ id = 0, command, args }: Order): Promise<unknown> {
  if (command === 'openLine') return open()
  if (command === 'closeLine') return close(id)
  if (command === 'openHostile') return openHostile(...(args as Parameters<typeof openHostile>))
  if (command === 'closeHostile') return closeHostile(id)
  if (command === 'reportHostile') return servers.get(id)
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
  const { HOLDFAST_SEED } = process.env
  provide('seed', Number(HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31)))
  provide('isReplay', HOLDFAST_SEED !== undefined)
  provide('controlUrl', `http://${LOOPBACK}:${await listen(control)}`)
  return async () => {
    for (const id of [...lines.keys()]) await close(id)
    for (const id of [...servers.keys()]) await closeHostile(id)
    const closed = once(control, 'close')
    control.close()
    control.closeAllConnections()
    await closed
  }
}

import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import type { TestProject } from 'vitest/node'
import { type Commands, closeLine, commands, type Line, openLine } from '../support/line.ts'
import { LOOPBACK, listen } from '../support/listen.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where browser tests order servers, proxies and faults. */
    controlUrl: string
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

interface Order {
  readonly id?: number
  readonly command: keyof Commands | 'openLine' | 'closeLine'
  readonly args: readonly unknown[]
}

async function carryOut({ id = 0, command, args }: Order): Promise<unknown> {
  if (command === 'openLine') return open()
  if (command === 'closeLine') return close(id)
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
    for (const id of [...lines.keys()]) await close(id)
    const closed = once(control, 'close')
    control.close()
    control.closeAllConnections()
    await closed
  }
}

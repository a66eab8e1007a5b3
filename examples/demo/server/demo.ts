import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { FaultDesk } from './fault-desk.ts'
import { Gate } from './gate.ts'
import { createHttpListener } from './http.ts'
import { createPageSource, type PageSource } from './page.ts'
import { Room } from './room.ts'
import { TokenDesk } from './token-desk.ts'

/** Long enough for close frames to cross the loopback, short enough for Ctrl-C. */
const GOODBYE_MS = 150
const TOKEN_LIFE_MS = 60_000
const SIGN_IN_DEADLINE_MS = 5_000

export interface DemoOptions {
  /** The page's port; 0 for any. A taken one is replaced by any. */
  readonly port: number
  /** One to share, which then stays open; one of its own unless given. */
  readonly page?: PageSource
  /** How long a token is good for, in ms. */
  readonly tokenLife?: number
  /** How long a connection may stay without signing in, in ms. */
  readonly signInDeadline?: number
}

export interface Demo {
  /** The page. */
  readonly url: string
  /** The room's WebSocket address, as the page gets it. */
  readonly roomUrl: string
  close(): Promise<void>
}

/** Starts room, gate and page on 127.0.0.1. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { port, page: shared, tokenLife = TOKEN_LIFE_MS, signInDeadline = SIGN_IN_DEADLINE_MS } = options
  const tokens = new TokenDesk(tokenLife)
  const room = await Room.open(tokens, signInDeadline)
  const gate = await Gate.open(room.port)
  const roomUrl = `ws://127.0.0.1:${gate.port}/room`
  const page = shared ?? (await createPageSource())
  const desk = new FaultDesk(gate, room, tokens)
  const listener = createHttpListener({
    desk,
    tokens,
    page,
    info: () => ({ roomUrl }),
    ledger: () => room.ledger,
  })
  const http = await listen(listener, port)

  return {
    url: `http://127.0.0.1:${portOf(http)}`,
    roomUrl,
    async close() {
      http.close()
      http.closeAllConnections()
      await Promise.all([room.close(GOODBYE_MS).then(() => gate.close()), shared ?? page.close()])
    },
  }
}

async function listen(listener: RequestListener, port: number): Promise<Server> {
  const http = createServer(listener)
  http.listen(port, '127.0.0.1')
  try {
    await once(http, 'listening')
    return http
  } catch (error) {
    if (port === 0 || !isAddressInUse(error)) throw error
    return listen(listener, 0)
  }
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The page has no TCP port.')
  return address.port
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ClientMessage } from '../shared/messages.ts'
import { createHttpListener, isFromOwnPage } from './http.ts'
import { LIMITS, type Limits } from './limits.ts'
import { createPageSource, type PageSource } from './page.ts'
import { Rooms } from './rooms.ts'
import { Tokens } from './tokens.ts'
import { Visit } from './visit.ts'

/** Long enough for close frames to come back, short enough for Ctrl-C. */
const GOODBYE_MS = 300
/** A frame that is longer ends its connection with 1009: nothing the limit allows is. */
const MAX_FRAME_BYTES = 8 * 1024

export interface ChatOptions {
  /** 0 for any. */
  readonly port: number
  /** The file in which messages are kept. */
  readonly journal: string
  /** One to share, which then stays open; one of its own unless given. */
  readonly page?: PageSource
  /** How long a token is good for, in ms. */
  readonly tokenLife?: number
  readonly signInDeadline?: number
  readonly limits?: Limits
  /** What a restart takes, so that a visitor sees it. */
  readonly startUp?: () => Promise<unknown>
  readonly onMessage?: (message: ClientMessage) => void
}

export interface Chat {
  readonly url: string
  /** Says goodbye to everybody (1001), starts again from the journal (1012 until then), and is there again. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Starts the chat on 127.0.0.1. */
export async function startChat(options: ChatOptions): Promise<Chat> {
  const { limits = LIMITS, startUp = () => sleep(3_000), journal, onMessage = () => {} } = options
  const tokens = new Tokens(options.tokenLife ?? 60_000)
  const page = options.page ?? (await createPageSource())
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES })
  const visitOptions = { signInDeadline: options.signInDeadline ?? 5_000, onMessage }
  let rooms: Rooms | undefined = new Rooms(journal, limits)
  let restarting: Promise<void> | undefined

  function welcome(socket: WebSocket): void {
    // `ws` closes the connection after any of these.
    socket.on('error', () => {})
    if (rooms) new Visit(socket, rooms, tokens, visitOptions)
    // Not an HTTP 503: a browser would hide it, and the client could not tell it from an outage.
    else socket.close(1012, 'The server is starting')
  }

  async function restart(): Promise<void> {
    const closing = rooms
    rooms = undefined
    await dismiss(sockets, 1001, 'The server restarts')
    closing?.close()
    await startUp()
    rooms = new Rooms(journal, limits)
    restarting = undefined
  }

  const chat = {
    restart: () => {
      restarting ??= restart()
      return restarting
    },
  }
  const http = createServer(createHttpListener({ tokens, page, restart: () => void chat.restart() }))
  http.on('upgrade', (request, stream, head) => {
    if (isFromOwnPage(request)) sockets.handleUpgrade(request, stream, head, welcome)
    else stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
  })
  http.listen(options.port, '127.0.0.1')
  await once(http, 'listening')

  return {
    ...chat,
    url: `http://127.0.0.1:${portOf(http)}`,
    async close() {
      http.close()
      await restarting
      await dismiss(sockets, 1001, 'The server ends')
      rooms?.close()
      http.closeAllConnections()
      if (page !== options.page) await page.close()
    },
  }
}

/** Sends everybody a close frame, and cuts those off that do not answer. */
async function dismiss(sockets: WebSocketServer, code: number, reason: string): Promise<void> {
  const goodbyes = [...sockets.clients].map((socket) => {
    const closed = once(socket, 'close')
    socket.close(code, reason)
    return closed
  })
  const patience = new AbortController()
  await Promise.race([Promise.all(goodbyes), sleep(GOODBYE_MS, undefined, patience).catch(() => {})])
  patience.abort()
  for (const socket of sockets.clients) socket.terminate()
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP port.')
  return address.port
}

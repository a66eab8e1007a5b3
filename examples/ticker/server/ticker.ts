import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { GROUPS } from '../shared/market.ts'
import { CUT_PATH, FEED_PATH } from '../shared/messages.ts'
import { isFromOwnPage } from './loopback.ts'
import { Market } from './market.ts'
import { pace } from './pace.ts'
import { createPageSource, type PageSource } from './page.ts'
import { Subscriber } from './subscriber.ts'

const HOST = '127.0.0.1'
const UPDATES_PER_SECOND = 5_000

export interface TickerOptions {
  /** 0 for any. */
  readonly port: number
  /** The same seed gives the same walk. @defaultValue 1 */
  readonly seed?: number
  /** @defaultValue 5_000 */
  readonly updatesPerSecond?: number
  /** @defaultValue compiled as it is asked for */
  readonly page?: PageSource
}

/** A running ticker: the page, the feed, and the market behind it. */
export interface Ticker {
  readonly url: string
  readonly market: Market
  /** One for each connection. */
  readonly subscribers: () => readonly Subscriber[]
  /** Whether prices move; subscribers are served all the same. */
  isMoving: boolean
  /** Resets every connection of the feed, without a close frame; returns how many there were. */
  cut(): number
  close(): Promise<void>
}

export async function startTicker(options: TickerOptions): Promise<Ticker> {
  const { port, seed = 1, updatesPerSecond = UPDATES_PER_SECOND } = options
  const page = options.page ?? (await createPageSource())
  const market = new Market(GROUPS, seed)
  const subscribers = new Map<WebSocket, Subscriber>()
  const http = createServer((request, response) => void answer(request, response))
  // First of all: the feed would throw what is wrong with the port where nobody can catch it.
  http.listen(port, HOST)
  await once(http, 'listening')
  const feed = new WebSocketServer({
    server: http,
    path: FEED_PATH,
    maxPayload: 1_024,
    verifyClient: ({ req }: { req: IncomingMessage }) => isFromOwnPage(req),
  })
  feed.on('connection', (socket) => {
    subscribers.set(socket, new Subscriber(socket, market))
    socket.on('close', () => subscribers.delete(socket))
  })
  const ticker: Ticker = {
    url: `http://${HOST}:${(http.address() as AddressInfo).port}`, // of a TCP server that listens
    market,
    subscribers: () => [...subscribers.values()],
    isMoving: true,
    cut,
    async close() {
      stop()
      cut()
      http.close()
      http.closeAllConnections()
      await page.close()
    },
  }
  const stop = pace(updatesPerSecond, (due) => {
    if (ticker.isMoving) market.move(due)
    for (const subscriber of subscribers.values()) subscriber.flush()
  })
  return ticker

  function cut(): number {
    for (const socket of feed.clients) socket.terminate()
    return feed.clients.size
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromOwnPage(request)) return respond(response, 403, 'This server is for this machine only.')
    if (request.url === CUT_PATH && request.method === 'POST') return respond(response, 200, String(cut()))
    if (request.url !== '/') return page.serve(request, response, () => respond(response, 404, 'Not found.'))
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    response.end(await page.html())
  }
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

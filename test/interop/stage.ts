import type { Environment, WebSocketConstructor } from '@holdfast/core'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { WebSocketServer } from 'ws'
import { recorded } from '../server/recorded-socket.ts'
import { countedTimers } from '../support/counted-timers.ts'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { LOOPBACK } from '../support/listen.ts'

/** A server behind a line that can be cut, and a class for clients that retry by themselves. */
export interface Stage {
  readonly wss: WebSocketServer
  readonly proxy: FaultyProxy
  readonly url: string
  readonly WebSocket: typeof WebSocket
  /** How long clients are to wait before they dial again, in ms. */
  readonly retryDelay: number
  /** What each handshake offered. */
  readonly offered: readonly (readonly string[])[]
  /** The most connections that were live at once. */
  readonly peak: number
  /** Native sockets ever made, refused ones included. */
  readonly dials: number
  /** What is ours and still alive: native sockets that are not CLOSED, and timers. */
  readonly leftovers: number
  close(): Promise<void>
}

/** Makes the class for a client of the native one. */
export type Beneath = (Native: WebSocketConstructor, timers: Partial<Environment>) => typeof WebSocket

const singleConnection: Beneath = (WebSocket, timers) =>
  ReconnectingWebSocket.with({ reconnect: false, environment: { WebSocket, ...timers } })

export async function createStage(
  Native: WebSocketConstructor,
  { beneath = singleConnection, retryDelay = 10 }: { beneath?: Beneath; retryDelay?: number } = {},
): Promise<Stage> {
  const wss = await listeningServer()
  const proxy = await createFaultyProxy({ port: portOf(wss) })
  const offered: string[][] = []
  let peak = 0
  wss.on('connection', (_socket, request) => {
    const header = request.headers['sec-websocket-protocol']
    offered.push(header ? header.split(/\s*,\s*/) : [])
    peak = Math.max(peak, wss.clients.size)
  })
  const { WebSocket, sockets } = recorded(Native)
  const { pending, ...timers } = countedTimers()
  return {
    wss,
    proxy,
    url: proxy.url,
    WebSocket: beneath(WebSocket, timers),
    retryDelay,
    offered,
    get peak() {
      return peak
    },
    get dials() {
      return sockets.length
    },
    get leftovers() {
      return pending.size + sockets.filter(({ readyState }) => readyState !== 3).length
    },
    async close() {
      await proxy.close()
      for (const client of wss.clients) client.terminate()
      await new Promise((resolve) => wss.close(resolve))
    },
  }
}

function listeningServer(): Promise<WebSocketServer> {
  return new Promise((resolve) => {
    const wss: WebSocketServer = new WebSocketServer({ host: LOOPBACK, port: 0 }, () => resolve(wss))
  })
}

function portOf(wss: WebSocketServer): number {
  const address = wss.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no address.')
  return address.port
}

import { createRequire } from 'node:module'
import { type ConnectionOptions, connect } from '@holdfast/core'
import { WebSocket as WsWebSocket } from 'ws'
import { listenedTo, peers } from '../peers.ts'
import { signals } from './signals.ts'

const WebSocket = listenedTo(WsWebSocket)

/** Called at every `open`, with the ms of the delays that it had drawn since the last one, where it tells. */
type Opened = (delay?: number) => void

type Start = (url: string, opened: Opened) => void

const ours =
  (options: ConnectionOptions): Start =>
  (url, opened) => {
    const connection = connect(url, { ...options, environment: { WebSocket, network: signals.network } })
    let delay = 0
    connection.state$.subscribe((state) => {
      if (state.status === 'waiting') delay += state.delay
      if (state.status !== 'open') return
      opened(delay)
      delay = 0
    })
  }

async function peer(wanted: string): Promise<Start> {
  const found = (await peers()).find(({ name }) => name === wanted)
  if (!found) throw new Error(`${wanted} is not installed.`)
  return (url, opened) => found.connect(url, WebSocket, {}).addEventListener('open', () => opened())
}

interface Listening {
  addEventListener(type: 'open', listener: () => void): void
}

/** It draws its first delay when it is loaded: loaded anew for each client, as in as many pages. */
async function reconnectingWebSocket(): Promise<Start> {
  const require = createRequire(import.meta.url)
  const path = require.resolve('reconnecting-websocket')
  return (url, opened) => {
    delete require.cache[path]
    const Class: new (url: string, protocols: string[], options: object) => Listening = require(path)
    new Class(url, [], { WebSocket }).addEventListener('open', () => opened())
  }
}

/** It looks for a window when it is loaded, which Vue itself must not find, and dials by the global class. */
async function vueUse(): Promise<Start> {
  await import('vue')
  Object.assign(globalThis, { WebSocket, window: globalThis, document: {} })
  const { useWebSocket } = await import('@vueuse/core')
  return (url, opened) =>
    // Off by themselves: switched on, with the intervals that they have then.
    useWebSocket(url, {
      autoReconnect: true,
      heartbeat: true,
      autoClose: false,
      onConnected: () => opened(),
    })
}

/** By name, each with its defaults. */
export const kinds: Readonly<Record<string, () => Start | Promise<Start>>> = {
  holdfast: () => ours({}),
  'holdfast, heartbeat': () => ours({ heartbeat: { message: () => 'ping' } }),
  partysocket: () => peer('partysocket'),
  'reconnecting-websocket': reconnectingWebSocket,
  'VueUse, autoReconnect and heartbeat': vueUse,
}

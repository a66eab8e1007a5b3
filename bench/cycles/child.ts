/** One process of the bench: connects and closes, many times, over a null socket and over a real one. */
import { once } from 'node:events'
import { connect, type Environment, type WebSocketConstructor } from '@holdfast/core'
import { firstValueFrom } from 'rxjs'
import { filter } from 'rxjs/operators'
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws'
import { recorded } from '../../test/server/recorded-socket.ts'
import { NullSocket } from '../null-socket.ts'
import { heapUsed, round, slope } from '../tools.ts'

/** Timers of ours that wait. */
let timers = 0
const counting: Pick<Environment, 'setTimeout' | 'clearTimeout' | 'requestFrame'> = {
  setTimeout(callback, delay) {
    timers += 1
    const timer = { handle: undefined as NodeJS.Timeout | undefined }
    timer.handle = setTimeout(() => {
      timer.handle = undefined
      timers -= 1
      callback()
    }, delay)
    return timer
  },
  clearTimeout(handle) {
    // What setTimeout above gave out, or nothing.
    const timer = handle as { handle: NodeJS.Timeout | undefined } | undefined
    if (timer?.handle === undefined) return
    clearTimeout(timer.handle)
    timer.handle = undefined
    timers -= 1
  },
  requestFrame(callback) {
    const timer = counting.setTimeout(callback, 16)
    return () => counting.clearTimeout(timer)
  },
}

async function cycle(url: string, WebSocket: WebSocketConstructor): Promise<void> {
  const connection = connect(url, { environment: { WebSocket, ...counting } })
  connection.messages$.subscribe()
  connection.outbox$.subscribe()
  connection.send('ping')
  await firstValueFrom(connection.state$.pipe(filter(({ status }) => status === 'open')))
  await connection.close(1000)
}

interface Measured {
  readonly what: string
  readonly url: string
  readonly cycles: number
  readonly WebSocket: WebSocketConstructor
  /** Listeners left on native sockets that are closed, and the sockets that are not. */
  readonly left: () => { listeners: number; live: number }
}

async function run({ what, url, cycles, WebSocket, left }: Measured) {
  const step = cycles / 10
  // Warm up: compiled code and caches grow for some thousand cycles, by half a MiB.
  for (let i = 0; i < cycles; i++) await cycle(url, WebSocket)
  const points: [number, number][] = [[0, await heapUsed()]]
  const resources = process.getActiveResourcesInfo().length
  const listeners = process.eventNames().length
  for (let done = 1; done <= cycles; done++) {
    await cycle(url, WebSocket)
    if (done % step === 0) points.push([done, await heapUsed()])
  }
  const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0]
  const { listeners: onSockets, live } = left()
  return {
    what,
    cycles,
    'heap KiB, first': round(first / 1_024, 0),
    'heap KiB, last': round(last / 1_024, 0),
    'bytes / cycle (slope)': round(slope(points)),
    'timers left': timers,
    'handles grown': process.getActiveResourcesInfo().length - resources,
    'process events grown': process.eventNames().length - listeners,
    'live sockets': live,
    'listeners / socket': onSockets,
  }
}

const rows = [
  await run({
    what: 'null socket',
    url: 'ws://null.test',
    cycles: 10_000,
    WebSocket: NullSocket,
    left: () => ({
      listeners: NullSocket.last?.listening ?? 0,
      live: (NullSocket.last?.readyState ?? 3) < 3 ? 1 : 0,
    }),
  }),
]
// Not the server of the tests: that one keeps a book of every connection, which grows.
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
const url = `ws://127.0.0.1:${address.port}`
// Sockets are counted on a few cycles only: the book of them would grow itself.
const { WebSocket, sockets } = recorded(WsWebSocket)
for (let i = 0; i < 50; i++) await cycle(url, WebSocket)
rows.push(
  await run({
    what: 'ws, real server',
    url,
    cycles: 2_000,
    WebSocket: WsWebSocket,
    left: () => ({
      listeners: Math.max(...sockets.map(({ listening }) => listening)),
      live: sockets.filter(({ readyState }) => readyState < 3).length,
    }),
  }),
)
server.close()
process.send?.(rows)
process.once('disconnect', () => process.exit())

// 10,000 messages of 1 KiB are queued while the server is down, then drained through a real one.
import { connect, constant, type WebSocketConstructor } from '@holdfast/core'
import { nativeClasses } from '../test/server/native-classes.ts'
import { recorded } from '../test/server/recorded-socket.ts'
import { createFaultyProxy } from '../test/support/faulty-proxy.ts'
import { createServer } from '../test/support/server.ts'
import { peers } from './peers.ts'
import { print, round, timed } from './tools.ts'

const COUNT = 10_000
const SIZE = 1_024
const HIGH_WATER_MARK = 256 * 1_024

interface Contender {
  readonly name: string
  /** Starts to dial; what it returns ends it. */
  start(url: string, WebSocket: WebSocketConstructor): { send(data: string): void; end(): unknown }
}

const ours: Contender = {
  name: 'holdfast',
  start(url, WebSocket) {
    const connection = connect(url, { environment: { WebSocket }, reconnect: { backoff: constant(20) } })
    return { send: (data) => connection.send(data), end: () => connection.close() }
  },
}

const others = (await peers()).map(({ name, connect }): Contender => {
  return {
    name,
    start(url, WebSocket) {
      const socket = connect(url, WebSocket)
      return { send: (data) => socket.send(data), end: () => socket.close() }
    },
  }
})

async function run({ name, start }: Contender, native: string, Native: WebSocketConstructor) {
  await using server = await createServer()
  await using proxy = await createFaultyProxy(server)
  await proxy.refuse()
  const recording = recorded(Native)
  const contender = start(proxy.url, recording.WebSocket)
  for (let i = 0; i < COUNT; i++) contender.send(`${i};`.padEnd(SIZE, '.'))
  await proxy.refuse(false)
  const { elapsed } = await timed(() => server.waitFor(({ received }) => received.length >= COUNT, 20_000))
  const isInOrder = server.received.every(({ data }, index) => Number.parseInt(String(data), 10) === index)
  await contender.end()
  return {
    client: name,
    native,
    received: server.received.length,
    'in order, once': isInOrder && server.received.length === COUNT ? 'yes' : 'NO',
    'peak bufferedAmount': recording.peak,
    'peak / high-water mark': round(recording.peak / HIGH_WATER_MARK, 2),
    'ms, reconnecting included': Math.round(elapsed),
  }
}

const rows = []
for (const [native, Native] of nativeClasses) {
  for (const contender of [ours, ...others]) rows.push(await run(contender, native, Native))
}
print(`${COUNT} × ${SIZE} bytes queued while down; high-water mark ${HIGH_WATER_MARK} (ours)`, rows)

/**
 * 10,000 messages of 1 KiB are queued while the server is down, then drained through a real one.
 *
 *     npm run bench:drain [-- rounds]
 */
import { setTimeout } from 'node:timers/promises'
import { connect, constant, type WebSocketConstructor } from '@holdfast/core'
import { nativeClasses } from '../test/server/native-classes.ts'
import { recorded } from '../test/server/recorded-socket.ts'
import { createFaultyProxy } from '../test/support/faulty-proxy.ts'
import { createServer } from '../test/support/server.ts'
import { BARE } from './clients.ts'
import { listenedTo, peers } from './peers.ts'
import { combined, heapUsed, print, type Row, round, timed } from './tools.ts'

const [ROUNDS = 12] = process.argv.slice(2).map(Number)
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

/** A list, all of it sent at `open`; dials every 20 ms until it is. */
const bare: Contender = {
  name: BARE,
  start(url, WebSocket) {
    const list: string[] = []
    let native: InstanceType<WebSocketConstructor> | undefined
    let hasEnded = false
    function dial(): void {
      native = new WebSocket(url)
      native.addEventListener('open', (() => {
        for (const message of list) native?.send(message as never)
      }) as never)
      native.addEventListener('close', (async () => {
        await setTimeout(20)
        if (!hasEnded) dial()
      }) as never)
    }
    dial()
    return {
      send: (data) => list.push(data),
      end() {
        hasEnded = true
        native?.close()
      },
    }
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

interface Run {
  readonly row: Row
  readonly elapsed: number
}

async function run({ name, start }: Contender, native: string, Native: WebSocketConstructor): Promise<Run> {
  await using server = await createServer()
  await using proxy = await createFaultyProxy(server)
  await proxy.refuse()
  const recording = recorded(listenedTo(Native))
  const contender = start(proxy.url, recording.WebSocket)
  for (let i = 0; i < COUNT; i++) contender.send(`${i};`.padEnd(SIZE, '.'))
  await heapUsed()
  await proxy.refuse(false)
  await server.waitFor(({ accepted }) => accepted === 1, 20_000)
  const { elapsed } = await timed(() => server.waitFor(({ received }) => received.length >= COUNT, 20_000))
  const isInOrder = server.received.every(({ data }, index) => Number.parseInt(String(data), 10) === index)
  await contender.end()
  const row = {
    client: name,
    native,
    received: server.received.length,
    'in order, once': isInOrder && server.received.length === COUNT ? 'yes' : 'NO',
    'peak bufferedAmount': recording.peak,
    'peak / high-water mark': round(recording.peak / HIGH_WATER_MARK, 2),
    'ms from the handshake': Math.round(elapsed),
  }
  return { row, elapsed }
}

const contenders = [bare, ours, ...others]
const runs: Row[][] = []
// The first is not counted: of code that is not compiled yet.
for (let i = 0; i <= ROUNDS; i++) {
  const rows: Row[] = []
  for (const [native, Native] of nativeClasses) {
    const done = new Map<Contender, Run>()
    // Each is first, and last, as often as the others.
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + i) % contenders.length]
      if (contender) done.set(contender, await run(contender, native, Native))
    }
    const reference = done.get(bare)?.elapsed ?? Number.NaN
    for (const contender of contenders) {
      const { row, elapsed } = done.get(contender) ?? {}
      if (row && elapsed) rows.push({ ...row, '× bare': round(elapsed / reference, 2) })
    }
  }
  if (i > 0) runs.push(rows)
}
print(
  `${COUNT} × ${SIZE} bytes queued while down; high-water mark ${HIGH_WATER_MARK} (ours); medians of ${ROUNDS} runs, the least and the most`,
  combined(runs),
)

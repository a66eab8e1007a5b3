// A million small messages are queued, then drained into a socket that takes everything.
import { connect } from '@holdfast/core'
import { NullSocket } from './null-socket.ts'
import { heapUsed, print, round, timed } from './tools.ts'

const TOTAL = 1_000_000
const STEP = 250_000

let isDown = true
/** Dials hang while it is down. */
class LateSocket extends NullSocket {
  constructor() {
    super()
    if (isDown) this.readyState = 2
  }
}

const connection = connect('ws://null.test', {
  connectTimeout: Number.POSITIVE_INFINITY,
  queue: { maxMessages: TOTAL, maxBytes: 1_000_000_000 },
  environment: { WebSocket: LateSocket },
})

// The texts are made beforehand and kept, so that only what the queue itself takes is counted.
const texts = Array.from({ length: TOTAL }, (_, id) => JSON.stringify({ id, text: 'hello' }))
const before = await heapUsed()
const rows = []
for (let queued = 0; queued < TOTAL; queued += STEP) {
  const { cpu } = await timed(() => {
    for (let i = queued; i < queued + STEP; i++) connection.send(texts[i] ?? '')
  })
  const heap = (await heapUsed()) - before
  rows.push({
    queued: connection.outbox.queued,
    'CPU ns / message, this quarter': Math.round((cpu * 1e6) / STEP),
    'heap bytes / message': round(heap / (queued + STEP)),
  })
}
print(
  'Queueing',
  rows.filter(({ queued }) => queued !== 750_000),
)

isDown = false
connection.reconnect()
const { elapsed, cpu } = await timed(async () => {
  while (connection.outbox.queued > 0) await new Promise((resolve) => setTimeout(resolve, 1))
})
print('Draining', [
  {
    written: connection.outbox.written,
    received: NullSocket.last?.sent ?? 0,
    'elapsed ns / message': Math.round((elapsed * 1e6) / TOTAL),
    'CPU ns / message': Math.round((cpu * 1e6) / TOTAL),
    'heap bytes left / message': round(((await heapUsed()) - before) / TOTAL, 3),
  },
])
console.log(`${texts.length} texts kept to the end`)
await connection.close()

/** One client in a process of its own: a million messages are queued, then drained into a socket that takes everything. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openers } from '../drain-slow/client.ts'
import { NullSocket } from '../null-socket.ts'
import { heapUsed, timed } from '../tools.ts'

const [name, count] = process.argv.slice(2)
const TOTAL = Number(count)
const QUARTERS = 4
/** One that has not come to its end by then, in ms, fails the bench. */
const PATIENCE = 60_000

/** What a million took: times of the processor in ns for a message, and bytes on the heap for each. */
export interface Costs {
  /** Of each quarter: whether a longer queue is slower. */
  readonly queueing: readonly number[]
  readonly bytesQueued: number
  readonly draining: number
  /** ns on the clock: ours pauses after each batch. */
  readonly drainingElapsed: number
  readonly bytesLeft: number
}

const open = new Map(await openers()).get(name ?? '')
if (!open) throw new Error(`There is no client ${name}.`)
let go = (): void => {}
const gate = new Promise<string>((resolve) => {
  go = () => resolve('ws://null.test')
})
const client = open(() => gate, NullSocket)

// The texts are made beforehand and kept, so that only what the queue itself takes is counted.
const texts = Array.from({ length: TOTAL }, (_, id) => JSON.stringify({ id, text: 'hello' }))
const before = await heapUsed()
const perMessage = async (): Promise<number> => Math.max(0, (await heapUsed()) - before) / TOTAL
const step = TOTAL / QUARTERS
const queueing: number[] = []
for (let quarter = 0; quarter < QUARTERS; quarter++) {
  const { cpu } = await timed(() => {
    for (let i = quarter * step; i < (quarter + 1) * step; i++) client.send(texts[i] ?? '')
  })
  queueing.push((cpu * 1e6) / step)
}
const bytesQueued = await perMessage()

const received = (): number => NullSocket.last?.sent ?? 0
const end = performance.now() + PATIENCE
const { elapsed, cpu } = await timed(async () => {
  go()
  while (received() < TOTAL && performance.now() < end) await sleep(1)
})
if (received() < TOTAL) throw new Error(`${name} has not come to its end`)
const costs: Costs = {
  queueing,
  bytesQueued,
  draining: (cpu * 1e6) / TOTAL,
  drainingElapsed: (elapsed * 1e6) / TOTAL,
  bytesLeft: await perMessage(),
}
process.send?.(costs)
// The texts are kept to the end, and the client with them.
process.once('disconnect', () => process.exit(texts.length && client ? 0 : 1))

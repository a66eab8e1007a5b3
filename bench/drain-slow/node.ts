/** One client of Node with its queue: a process of its own, so that its memory is. */
import { nativeClasses } from '../../test/server/native-classes.ts'
import { heapUsed } from '../tools.ts'
import { openers, QueuedClient } from './client.ts'
import type { Memory } from './memory.ts'

const EVERY = 5_000

const [name = '', native = '', url = '', count = '', size = ''] = process.argv.slice(2)
const open = new Map(await openers()).get(name)
const Native = new Map(nativeClasses).get(native)
if (!open || !Native) throw new Error(`There is no ${name} over ${native}.`)

/** What ws and undici hold of a message lies outside of the heap. */
async function held(): Promise<number> {
  const heap = await heapUsed()
  return heap + process.memoryUsage().external
}

const client = new QueuedClient(open, url, Native)
client.fill(Number(count), Number(size))
const queued = await held()
let peak = queued
setInterval(async () => {
  peak = Math.max(peak, await held())
}, EVERY)
setInterval(() => client.peak, 50)
process.on('message', async (message) => {
  if (message === 'start') return client.start()
  const memory: Memory = { queued, peak, end: await held(), buffered: client.peak }
  process.send?.(memory)
})
process.once('disconnect', () => process.exit())
process.send?.('queued')

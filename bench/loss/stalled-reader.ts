import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocketConstructor } from '@holdfast/core'
import type { Row } from '../tools.ts'
import { type Contender, message } from './contenders.ts'
import { openLossyLine } from './line.ts'
import { tally } from './tally.ts'

/** More than the buffers of the kernel hold, on the way to a reader that has stalled. */
export const BURST = { count: 20_000, size: 1_024 }
/** ms until what can be written has been. */
const STUCK = 2_000
/** ms without a message: longer than the longest first delay before another dial, 5 s. */
const QUIET = 7_000

/** Everything is sent to a reader that has stalled, the connection is reset, and then all is well again. */
export async function stalledReader(
  { name, start }: Contender,
  native: string,
  Native: WebSocketConstructor,
): Promise<Row> {
  const line = await openLossyLine()
  const { server, proxy } = line
  try {
    const sender = start(proxy.url, Native)
    await server.waitFor(({ accepted }) => accepted === 1, 10_000)
    // Until it has heard of it too: what is sent before that, all of them would queue.
    await sleep(100)
    proxy.stall()
    for (let id = 0; id < BURST.count; id++) sender.send(message(id, BURST.size))
    await sleep(STUCK)
    proxy.reset()
    proxy.stall(false)
    await line.quiet(QUIET, 60_000)
    const told = await sender.end()
    return { client: name, native, ...tally(BURST.count, line.arrivals, told) }
  } finally {
    await line.close()
  }
}

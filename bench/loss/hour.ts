import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../child.ts'
import type { Row } from '../tools.ts'
import type { Report } from './client.ts'
import { type LossyLine, openLossyLine } from './line.ts'
import { HOUR, type Planned } from './schedule.ts'
import { tally } from './tally.ts'

/** Ends a fault that lasts: as when a NAT forgets the connections, and the line is well for new ones. */
async function strike({ proxy, server }: LossyLine, { kind, lasts }: Planned, speed: number): Promise<void> {
  switch (kind) {
    case 'reset':
      return proxy.reset()
    case 'cut':
      return proxy.cut()
    case 'restart':
      return server.closeAll(1001)
    case 'outage':
      await proxy.refuse()
      proxy.reset()
      await sleep(lasts / speed)
      return proxy.refuse(false)
    case 'stall':
    case 'hole':
      proxy[kind === 'stall' ? 'stall' : 'blackHole'](true)
      await sleep(lasts / speed)
      proxy.reset()
      proxy[kind === 'stall' ? 'stall' : 'blackHole'](false)
      return
    default:
      kind satisfies never
  }
}

/** A client, whose timers and clock run faster by `speed`, sends through an hour of faults. */
export async function hour(
  client: string,
  native: string,
  faults: readonly Planned[],
  speed: number,
  start: Promise<void>,
  loaded: () => void,
): Promise<Row> {
  const line = await openLossyLine()
  const args = [client, native, line.proxy.url, String(speed)]
  const child = await startChild<string>(new URL('client.ts', import.meta.url), args)
  try {
    loaded()
    await start
    child.process.send('start')
    const began = performance.now()
    for (const fault of faults) {
      await sleep(Math.max(0, fault.at / speed - (performance.now() - began)))
      await strike(line, fault, speed)
    }
    await sleep(Math.max(0, HOUR / speed - (performance.now() - began)))
    await child.ask('stop')
    await line.quiet(2_000, 20_000)
    const { sent, told } = await child.ask<Report>('end')
    return { client, native, ...tally(sent, line.arrivals, told) }
  } finally {
    await child.end()
    await line.close()
  }
}

/**
 * A million messages, 100 MiB, are queued before there is a connection, and drain over a line of 10 Mbit/s: how much of
 * the line is used, what memory does meanwhile, and for how long a page is blocked.
 *
 *     npm run bench:drain-slow [-- messages [runs [ws undici Chromium]]]
 */
import { setTimeout } from 'node:timers/promises'
import { nativeClasses } from '../test/server/native-classes.ts'
import { servePage } from '../test/support/serve-page.ts'
import { startChild } from './child.ts'
import { openers } from './drain-slow/client.ts'
import { openSlowLine, type SlowLine } from './drain-slow/line.ts'
import type { Memory } from './drain-slow/memory.ts'
import { QuietBrowser } from './quiet-browser.ts'
import { combined, print, type Row, round } from './tools.ts'

const [count = '1000000', runs = '3', ...chosen] = process.argv.slice(2)
const COUNT = Number(count)
const RUNS = Number(runs)
const SIZE = 105
/** 10 Mbit/s, in bytes. */
const RATE = 1_250_000
const MIB = 1_024 ** 2
/** Chromium calls what is longer a long task, in ms. */
const LONG = 50

/** Until all has come, or for three times as long as it should take; looks every second. */
async function arrival(line: SlowLine, look?: () => Promise<void>): Promise<void> {
  const end = performance.now() + 3_000 * ((COUNT * (SIZE + 6)) / RATE) + 30_000
  while (line.received < COUNT && performance.now() < end) {
    await look?.()
    await setTimeout(1_000)
  }
}

function row(client: string, native: string, line: SlowLine, memory: Memory): Row {
  const mib = (bytes: number): number => round(bytes / MIB)
  return {
    client,
    native,
    received: line.received,
    'in order, once': line.wrong === 0 && line.received === COUNT ? 'yes' : 'NO',
    '× rate of the line': round(line.rate / RATE, 3),
    'most in bufferedAmount, KiB': Math.round(memory.buffered / 1_024),
    'MiB, all queued': mib(memory.queued),
    'MiB, most while it drains': mib(memory.peak),
    'MiB, at the end': mib(memory.end),
  }
}

async function inNode(client: string, native: string): Promise<Row> {
  const line = await openSlowLine(RATE)
  const file = new URL('drain-slow/node.ts', import.meta.url)
  const child = await startChild(file, [client, native, line.url, String(COUNT), String(SIZE)])
  try {
    child.process.send('start')
    await arrival(line)
    return row(client, native, line, await child.ask<Memory>('report'))
  } finally {
    await child.end()
    await line.close()
  }
}

async function inChromium(client: string, origin: string): Promise<Row> {
  const line = await openSlowLine(RATE)
  const browser = await QuietBrowser.launch()
  try {
    const { evaluate, until, heap, collect } = await browser.open(origin)
    await until('globalThis.fill !== undefined')
    await evaluate(`fill(${[client, line.url, COUNT, SIZE].map((each) => JSON.stringify(each))})`)
    await collect()
    const queued = await heap()
    await evaluate('start()')
    let peak = queued
    await arrival(line, async () => {
      peak = Math.max(peak, await heap())
    })
    const { longTasks, buffered } = await evaluate<{ longTasks: number[]; buffered: number }>('report()')
    await collect()
    const memory = { queued, peak, end: await heap(), buffered }
    return {
      ...row(client, 'Chromium', line, memory),
      [`tasks over ${LONG} ms`]: longTasks.length,
      'longest, ms': Math.round(Math.max(0, ...longTasks)),
    }
  } finally {
    await browser.close()
    await line.close()
  }
}

const isChosen = (native: string): boolean => chosen.length === 0 || chosen.includes(native)
const page = await servePage(`${import.meta.dirname}/drain-slow/page.ts`)
try {
  const names = (await openers()).map(([name]) => name)
  const tables: Row[][] = []
  for (let i = 0; i < RUNS; i++) {
    const rows: Row[] = []
    for (const [native] of nativeClasses) {
      if (isChosen(native)) rows.push(...(await Promise.all(names.map((name) => inNode(name, native)))))
    }
    if (isChosen('Chromium')) {
      // Ours by itself: beside others, tasks would be long that are not.
      const [first = '', ...others] = names
      rows.push(await inChromium(first, page.origin))
      rows.push(...(await Promise.all(others.map((name) => inChromium(name, page.origin)))))
    }
    tables.push(rows)
  }
  print(
    `${COUNT} × ${SIZE} bytes over 10 Mbit/s; rate with frames, memory beside the heap of Node included; medians of ${RUNS} runs, the least and the most`,
    combined(tables),
  )
} finally {
  await page.close()
}

/** What a stored outbox costs in headless Chromium: for each send(), until it is stored, and to get it back. */
import { createServer } from 'node:http'
import type { Page } from 'playwright'
import { WebSocketServer } from 'ws'
import { launchChromium } from '../test/support/chromium.ts'
import { LOOPBACK, listen } from '../test/support/listen.ts'
import { servePage } from '../test/support/serve-page.ts'
import type { StoredSend } from './stored-send/page.ts'
import { median, print, round, spread, times } from './tools.ts'

const RUNS = Number(process.argv[2] ?? 7)
const SENDS = 5_000
const KIB = 1024
const TEXT_BYTES = 23
/** Most ms for one call into the page. */
const PATIENCE = 60_000

const served = await servePage(`${import.meta.dirname}/stored-send/page.ts`)
const http = createServer()
const url = `ws://${LOOPBACK}:${await listen(http)}`
const server = new WebSocketServer({ server: http })
const browser = await launchChromium()

async function call<T>(page: Page, name: string, ...args: unknown[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer from ${name}(${args})`)), PATIENCE)
  })
  const answer = page.evaluate(([method, values]) => Reflect.get(globalThis, String(method))(...values), [
    name,
    args,
  ] as const)
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/** Each in turns, so that a slow moment of the machine meets all of them; the first turn warms up. */
async function inTurns<T>(calls: readonly (readonly [name: string, ...args: unknown[]])[]): Promise<T[][]> {
  const page = await browser.newPage()
  await page.goto(served.origin)
  const results: T[][] = calls.map(() => [])
  for (let run = 0; run <= RUNS; run++) {
    for (const [index, each] of calls.entries()) {
      const result = await call<T>(page, ...each)
      if (run > 0) results[index]?.push(result)
    }
  }
  await page.close()
  return results
}

async function restores(count: number): Promise<number[]> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const results: number[] = []
  for (let run = 0; run < RUNS; run++) {
    await page.goto(served.origin)
    await call(page, 'leave', count)
    await page.goto(served.origin)
    results.push(await call<number>(page, 'restore', count))
  }
  await context.close()
  return results
}

try {
  const open = await inTurns<number>([
    ['sendBare', url, SENDS],
    ['sendOpen', url, false, SENDS],
    ['sendOpen', url, true, SENDS],
  ])
  const down = await inTurns<StoredSend>([
    ['sendDown', false, SENDS, ''],
    ['sendDown', true, SENDS, ''],
  ])
  const each = [...open, ...down.map((results) => results.map(({ sending }) => sending))]
  const [bare = [], openMemory = [], , downMemory = []] = each
  const names = ['bare socket', 'open, memory', 'open, stored', 'down, memory', 'down, stored']
  print(
    `${SENDS} messages of ${TEXT_BYTES} bytes in one go, medians and quartiles of ${RUNS} runs`,
    each.map((results, index) => ({
      '': names[index] ?? '',
      'ns per send()': round((median(results) * 1e6) / SENDS, 0),
      '× bare': times(results, bare),
      '× memory': index === 0 ? '' : times(results, index < 3 ? openMemory : downMemory),
    })),
  )

  const sizes = [
    [1, 0],
    [100, 0],
    [SENDS, 0],
    [SENDS, KIB],
  ] as const
  const durable = await inTurns<StoredSend>(
    sizes.map(([count, bytes]) => ['sendDown', true, count, 'x'.repeat(bytes)]),
  )
  print(
    `until stored, medians of ${RUNS} runs, and quartiles`,
    sizes.map(([count, bytes], index) => {
      const of = (field: keyof StoredSend) => median((durable[index] ?? []).map((result) => result[field]))
      return {
        messages: count,
        bytes: bytes + TEXT_BYTES,
        'ms until all are stored': spread(
          (durable[index] ?? []).map(({ storing }) => storing),
          1,
        ),
        'stored per second': Math.round((count / of('storing')) * 1_000),
        'calls of write()': of('writes'),
        'page blocked, ms': round(of('blocked')),
      }
    }),
  )

  const restored: Record<string, string | number>[] = []
  for (const count of [100, SENDS]) {
    restored.push({ messages: count, 'ms after a reload': spread(await restores(count), 1) })
  }
  print(`until they are back, medians and quartiles of ${RUNS} runs`, restored)
} finally {
  await browser.close()
  for (const socket of server.clients) socket.terminate()
  server.close()
  http.close()
  await served.close()
}

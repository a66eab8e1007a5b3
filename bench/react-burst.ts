/** A burst of 10,000 messages in headless Chromium: what each way to take them costs, in renders and CPU time. */
import { once } from 'node:events'
import type { Browser, Page } from 'playwright'
import { type WebSocket, WebSocketServer } from 'ws'
import { launchChromium } from '../test/support/chromium.ts'
import { servePage } from '../test/support/serve-page.ts'
import type { Tally } from './react-burst/page.tsx'
import { median, print, round, times } from './tools.ts'

const COUNT = 10_000
const RUNS = Number(process.argv[2] ?? 7)
const BARE = 'bare onmessage'
const burst = Array.from({ length: COUNT }, (_, id) =>
  JSON.stringify({ id, price: id / 100, symbol: 'HOLD' }),
)

interface Result extends Tally {
  /** ms of the page's main thread. */
  readonly cpu: number
}

/** ms of CPU time of the page's main thread, since this was called. */
async function startClock(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const time = metrics.find(({ name }) => name === 'ThreadTime')?.value
    if (time === undefined) throw new Error('This Chromium does not tell ThreadTime')
    return time * 1_000
  }
}

const tallyOf = (page: Page): Promise<Tally> => page.evaluate(() => ({ ...Reflect.get(globalThis, 'tally') }))

/** One burst, from before the first message until two frames after the last. */
async function measure(page: Page, socket: WebSocket): Promise<Result> {
  const before = await tallyOf(page)
  const clock = await startClock(page)
  const start = await clock()
  for (const message of burst) socket.send(message)
  await page.waitForFunction((last) => Reflect.get(globalThis, 'tally').last === last, COUNT - 1)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  const end = await clock()
  const after = await tallyOf(page)
  return {
    seen: after.seen - before.seen,
    renders: after.renders - before.renders,
    frames: after.frames - before.frames,
    last: after.last,
    cpu: end - start,
  }
}

async function run(
  browser: Browser,
  sockets: WebSocketServer,
  origin: string,
  variant: string,
): Promise<Result> {
  const page = await browser.newPage()
  const failed = new Promise<never>((_, reject) => page.once('pageerror', reject))
  const connected = once(sockets, 'connection')
  await page.goto(`${origin}/?variant=${encodeURIComponent(variant)}`)
  const [socket] = (await Promise.race([connected, failed])) as [WebSocket]
  // The first burst warms up; it ends on the same message, so that has to be taken back.
  await measure(page, socket)
  await page.evaluate(() => Reflect.set(Reflect.get(globalThis, 'tally'), 'last', -1))
  const result = await measure(page, socket)
  await page.close()
  return result
}

const { origin, http, close } = await servePage(`${import.meta.dirname}/react-burst/page.tsx`)
const sockets = new WebSocketServer({ server: http })
const browser = await launchChromium()
try {
  const page = await browser.newPage()
  await page.goto(`${origin}/`)
  const variants = [BARE, ...(await page.evaluate<string[]>(() => Reflect.get(globalThis, 'variants')))]
  await page.close()
  const results = new Map<string, Result[]>(variants.map((variant) => [variant, []]))
  for (let i = 0; i < RUNS; i++) {
    for (const variant of variants) results.get(variant)?.push(await run(browser, sockets, origin, variant))
  }
  const all = (variant: string, field: keyof Result): number[] =>
    (results.get(variant) ?? []).map((result) => result[field])
  const of = (variant: string, field: keyof Result): number => median(all(variant, field))
  print(
    `${COUNT} messages in a burst, medians and quartiles of ${RUNS} runs`,
    variants.map((variant) => ({
      variant,
      'messages seen': of(variant, 'seen'),
      renders: of(variant, 'renders'),
      frames: of(variant, 'frames'),
      'CPU, ms': round(of(variant, 'cpu')),
      '× bare': times(all(variant, 'cpu'), all(BARE, 'cpu')),
    })),
  )
} finally {
  await browser.close()
  sockets.close()
  await close()
  http.closeAllConnections()
}

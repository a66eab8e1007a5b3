/**
 * A burst of 10,000 messages from a real server to a Vue component in headless Chromium: what a handler, a
 * watcher and the component see of it, and what it costs the page's main thread, beside a bare `onmessage`.
 *
 *     npm run bench:vue-burst [-- rounds]
 */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Page as BrowserPage, CDPSession } from 'playwright'
import { type WebSocket, WebSocketServer } from 'ws'
import { launchChromium } from '../test/support/chromium.ts'
import { servePage } from '../test/support/serve-page.ts'
import { median, print, round, times } from './tools.ts'
import type { Counts, Page, Way } from './vue-burst/page.ts'

declare const page: Page
declare const ways: Way[]

const BURST = 10_000
const ROUNDS = Number(process.argv[2] ?? 7)
/** Where there is no server. */
const IN_ONE_TASK = 25
/** The main thread is at rest once it has done nothing for so many looks, so many ms apart. */
const LOOKS = 12
const PAUSE = 25

const kinds: Record<string, (index: number) => string> = {
  different: (index) => `{"symbol":"HLDF","price":${index / 100},"volume":${index * 3}}`,
  equal: () => '{"symbol":"HLDF","price":12.34,"volume":1000}',
}

/** ms of processor time that the page's main thread has spent on tasks. */
async function mainThread(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
}

/** What the main thread has spent once it is at rest. The look itself costs a little each time. */
async function atRest(cdp: CDPSession): Promise<number> {
  let [spent, quiet] = [await mainThread(cdp), 0]
  while (quiet < LOOKS) {
    await setTimeout(PAUSE)
    const now = await mainThread(cdp)
    quiet = now - spent < 0.5 ? quiet + 1 : 0
    spent = now
  }
  return spent
}

interface Result extends Counts {
  readonly cpu: number
}

/** How a burst comes, and what its messages are. */
interface Burst {
  readonly title: string
  readonly messages: readonly string[]
  readonly isInPage: boolean
}

async function measure(tab: BrowserPage, cdp: CDPSession, way: Way, burst: Burst): Promise<Result> {
  const { messages, isInPage } = burst
  const connected = isInPage ? undefined : (once(server, 'connection') as Promise<[WebSocket]>)
  await tab.evaluate(([name, address]) => page.mount(name, address), [
    way,
    isInPage ? undefined : url,
  ] as const)
  const [socket] = (await connected) ?? []
  const held = await tab.evaluateHandle((all) => all, isInPage ? messages : [])
  await cdp.send('HeapProfiler.collectGarbage')
  const before = await atRest(cdp)
  if (socket) for (const message of messages) socket.send(message)
  else await tab.evaluate(([all, size]) => page.burst(all, size), [held, IN_ONE_TASK] as const)
  const cpu = (await atRest(cdp)) - before
  const counts = await tab.evaluate(() => page.finish())
  await held.dispose()
  if (counts.last !== messages.at(-1)) throw new Error(`${way} did not end on the last message.`)
  return { ...counts, cpu }
}

function burst(kind: string, make: (index: number) => string, isInPage: boolean): Burst {
  const how = isInPage ? `handed over ${IN_ONE_TASK} in a task` : 'from a server'
  return {
    title: `${BURST.toLocaleString('en')} ${kind} messages, ${how}: medians and quartiles of ${ROUNDS} runs`,
    messages: Array.from({ length: BURST }, (_, index) => make(index)),
    isInPage,
  }
}

const { origin, http, close } = await servePage(`${import.meta.dirname}/vue-burst/page.ts`)
const server = new WebSocketServer({ server: http })
const url = origin.replace(/^http/, 'ws')

const browser = await launchChromium()
try {
  const tab = await browser.newPage()
  await tab.goto(origin)
  const cdp = await tab.context().newCDPSession(tab)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  const names = await tab.evaluate(() => ways)
  const bursts = [false, true].flatMap((isInPage) =>
    Object.entries(kinds).map(([kind, make]) => burst(kind, make, isInPage)),
  )
  for (const each of bursts) {
    const results = new Map<Way, Result[]>(names.map((way) => [way, []]))
    // In turn, so that what else the machine does befalls all alike; the first round warms up.
    for (let turn = 0; turn <= ROUNDS; turn++) {
      for (const way of names) {
        const result = await measure(tab, cdp, way, each)
        if (turn > 0) results.get(way)?.push(result)
      }
    }
    const all = (way: Way, part: 'calls' | 'renders' | 'cpu'): number[] =>
      (results.get(way) ?? []).map((result) => result[part])
    const of = (way: Way, part: 'calls' | 'renders' | 'cpu'): number => median(all(way, part))
    print(
      each.title,
      names.map((way) => ({
        way,
        'calls or runs': of(way, 'calls'),
        renders: of(way, 'renders'),
        'main thread, ms': round(of(way, 'cpu')),
        '× bare': times(all(way, 'cpu'), all('bare onmessage', 'cpu')),
      })),
    )
  }
} finally {
  await browser.close()
  server.close()
  await close()
}

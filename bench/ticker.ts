/**
 * What the ticker's page costs in headless Chromium, rendered once a frame and for each message: frames drawn,
 * and what a trace tells of the page's main thread.
 *
 *     npm run bench:ticker [-- seconds]
 */
import { cpus, loadavg } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright'
import type { Mode } from '../examples/ticker/page/rendering.ts'
import { startTicker } from '../examples/ticker/server/ticker.ts'
import viteConfig from '../examples/ticker/vite.config.ts'
import { buildSource } from '../test/support/built-page.ts'
import { launchChromium } from '../test/support/chromium.ts'
import { median, print, quantile, round } from './tools.ts'

const SECONDS = Number(process.argv[2] ?? 10)
/** Until the page has settled in a mode. */
const WARM_UP = 3_000
const LONG_TASK = 50
/** The page shows new ones that often. */
const FIGURES_CHANGE = 500
const FIGURES = ['received', 'renders', 'behind'] as const

/** As in the trace event format: times in µs, `tdur` of the processor. */
interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

interface Task {
  readonly wall: number
  readonly processor: number
}

async function trace(work: () => Promise<void>): Promise<TraceEvent[]> {
  const session = await browser.newBrowserCDPSession()
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel', 'devtools.timeline'],
      recordMode: 'recordAsMuchAsPossible',
    },
  })
  await work()
  await session.send('Tracing.end')
  await complete
  await session.detach()
  return events
}

/** The tasks of the thread that draws the page's frames, by the frame in which they began. */
function framesOf(events: readonly TraceEvent[]): Task[][] {
  const drawn = events.filter(({ name }) => name === 'FireAnimationFrame')
  const [first] = drawn
  if (!first) throw new Error('No frame was drawn.')
  const ofMain = events.filter(({ pid, tid }) => pid === first.pid && tid === first.tid)
  // A frame may have several callbacks: the page's, and the connection's.
  const starts = ofMain.filter(({ name, ph }) => name === 'Layerize' && ph === 'X').map(({ ts }) => ts)
  const tasks = ofMain.filter(({ name, ph }) => name === 'ThreadControllerImpl::RunTask' && ph === 'X')
  return starts.slice(1).map((end, index) => {
    const start = starts[index] ?? end
    return tasks
      .filter(({ ts }) => ts >= start && ts < end)
      .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1_000, processor: tdur / 1_000 }))
  })
}

/** The page's own figures, each the median of what it showed. */
async function watch(tab: Page): Promise<Record<string, number>> {
  const seen: number[][] = []
  const end = performance.now() + SECONDS * 1_000
  while (performance.now() < end) {
    await setTimeout(FIGURES_CHANGE)
    seen.push(
      await tab.evaluate(
        (ids) => ids.map((id) => Number(document.getElementById(id)?.textContent?.replaceAll(',', ''))),
        FIGURES,
      ),
    )
  }
  return Object.fromEntries(FIGURES.map((id, column) => [id, median(seen.map((row) => row[column] ?? 0))]))
}

async function measure(mode: Mode): Promise<Record<string, string | number>> {
  // A page of its own: what one mode has left to do is not to be done in the other.
  const tab = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
  await tab.goto(ticker.url)
  await tab.getByTestId(`mode-${mode}`).check()
  await setTimeout(WARM_UP)
  let figures: Record<string, number> = {}
  const frames = framesOf(
    await trace(async () => {
      figures = await watch(tab)
    }),
  )
  await tab.close()
  const sums = (part: keyof Task): number[] =>
    frames.map((tasks) => tasks.reduce((sum, task) => sum + task[part], 0))
  const tasks = frames.flat()
  return {
    render: mode === 'frame' ? 'once a frame' : 'for each message',
    'updates/s': figures.received ?? 0,
    'renders/s': figures.renders ?? 0,
    'frames/s': round(frames.length / SECONDS),
    'CPU a frame, p50 ms': round(quantile(sums('processor'), 0.5)),
    'p99 ms': round(quantile(sums('processor'), 0.99)),
    'wall a frame, p50 ms': round(quantile(sums('wall'), 0.5)),
    'CPU ms a second': round(sums('processor').reduce((sum, one) => sum + one, 0) / SECONDS),
    'long tasks': tasks.filter(({ wall }) => wall > LONG_TASK).length,
    'behind, ms': figures.behind ?? 0,
  }
}

const ticker = await startTicker({ port: 0, page: await buildSource(viteConfig) })
const browser = await launchChromium()
try {
  const results = []
  for (const mode of ['frame', 'message', 'frame', 'message'] as const) results.push(await measure(mode))
  print(`${SECONDS} s each, load average ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`, results)
} finally {
  await browser.close()
  await ticker.close()
}

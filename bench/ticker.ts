/**
 * What the ticker's page costs in headless Chromium, rendered once a frame and for each message: the frames of a
 * trace, and the time of the page's main thread.
 *
 *     npm run bench:ticker [-- seconds [runs]]
 */
import { setTimeout } from 'node:timers/promises'
import type { Mode } from '../examples/ticker/page/rendering.ts'
import { startTicker } from '../examples/ticker/server/ticker.ts'
import viteConfig from '../examples/ticker/vite.config.ts'
import { buildSource } from '../test/support/built-page.ts'
import { QuietBrowser, type QuietPage } from './quiet-browser.ts'
import { combined, median, print, quantile, type Row, round } from './tools.ts'

const [SECONDS = 10, RUNS = 5] = process.argv.slice(2).map(Number)
/** What is compared. */
const COST = 'ms per 1,000 updates'
/** Until the page has settled in a mode. */
const WARM_UP = 3_000
/** The page shows new ones that often. */
const FIGURES_CHANGE = 500
const FIGURES = ['received', 'renders', 'behind'] as const
/** ms between two frames of a screen with 60 Hz. */
const FRAME = 1_000 / 60

/** The page's own figures, each the median of what it showed. */
async function watch(page: QuietPage): Promise<Record<string, number>> {
  const seen: number[][] = []
  const end = performance.now() + SECONDS * 1_000
  while (performance.now() < end) {
    await setTimeout(FIGURES_CHANGE)
    seen.push(
      await page.evaluate<number[]>(
        `${JSON.stringify(FIGURES)}.map((id) => Number(document.getElementById(id).textContent.replaceAll(',', '')))`,
      ),
    )
  }
  return Object.fromEntries(FIGURES.map((id, column) => [id, median(seen.map((row) => row[column] ?? 0))]))
}

async function measure(mode: Mode): Promise<Row> {
  // A page of its own: what one mode has left to do is not to be done in the other.
  const page = await browser.open(ticker.url)
  await page.until('Number.parseInt(document.getElementById("received")?.textContent) > 0')
  await page.evaluate(`document.querySelector('[data-testid="mode-${mode}"]').click()`)
  await setTimeout(WARM_UP)
  const before = await page.mainThread()
  let figures: Record<string, number> = {}
  const drawn = await browser.framesDuring(async () => {
    figures = await watch(page)
  })
  const busy = (await page.mainThread()) - before
  await page.close()
  const gaps = drawn.slice(1).map((at, index) => at - (drawn[index] ?? at))
  return {
    render: mode === 'frame' ? 'once a frame' : 'for each message',
    'updates/s': figures.received ?? 0,
    'renders/s': figures.renders ?? 0,
    'frames/s': round(drawn.length / SECONDS),
    'between frames, p50 ms': round(quantile(gaps, 0.5)),
    'p99 ms': round(quantile(gaps, 0.99)),
    'missed %': round((100 * gaps.filter((gap) => gap > 1.5 * FRAME).length) / gaps.length),
    'main thread CPU ms a second': round(busy / SECONDS),
    [COST]: round(busy / SECONDS / ((figures.received ?? 0) / 1_000)),
    'behind, ms': figures.behind ?? 0,
  }
}

const ticker = await startTicker({ port: 0, page: await buildSource(viteConfig) })
const browser = await QuietBrowser.launch()
try {
  const runs: Row[][] = []
  // In turns, so that a slow moment of the machine meets both.
  for (let run = 0; run < RUNS; run++) {
    const rows = [await measure('frame'), await measure('message')]
    const least = Number(rows[0]?.[COST])
    runs.push(rows.map((row) => ({ ...row, '× once a frame': round(Number(row[COST]) / least, 2) })))
  }
  print(`${SECONDS} s each, medians of ${RUNS} runs, the least and the most`, combined(runs))
} finally {
  await browser.close()
  await ticker.close()
}

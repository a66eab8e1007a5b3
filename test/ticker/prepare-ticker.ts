import type { Browser, BrowserContextOptions } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startTicker, type Ticker } from '../../examples/ticker/server/ticker.ts'
import viteConfig from '../../examples/ticker/vite.config.ts'
import { buildSource, type PageSource } from '../support/built-page.ts'
import { launchChromium } from '../support/chromium.ts'
import { TickerPage } from './ticker-page.ts'

export interface PreparedTicker {
  /** The server of the test that runs. */
  readonly ticker: () => Ticker
  readonly openPage: (options?: BrowserContextOptions) => Promise<TickerPage>
}

/** What holds at any rate is tested at one that a busy machine keeps up with; bench/ticker.ts has the full one. */
const UPDATES_PER_SECOND = 500

/** For each test a ticker of its own. A page that logged an error fails the test. */
export function prepareTicker(): PreparedTicker {
  let browser: Browser
  let page: PageSource
  let ticker: Ticker
  let pages: TickerPage[]

  beforeAll(async () => {
    ;[page, browser] = await Promise.all([buildSource(viteConfig), launchChromium()])
  })

  afterAll(() => browser.close())

  beforeEach(async () => {
    pages = []
    ticker = await startTicker({ port: 0, page, updatesPerSecond: UPDATES_PER_SECOND })
  })

  afterEach(async () => {
    const problems = pages.flatMap((opened) => opened.problems)
    await Promise.all(pages.map((opened) => opened.close()))
    await ticker.close()
    expect(problems).toEqual([])
  })

  return {
    ticker: () => ticker,
    async openPage(options) {
      const opened = await TickerPage.open(browser, ticker.url, options)
      pages.push(opened)
      return opened
    },
  }
}

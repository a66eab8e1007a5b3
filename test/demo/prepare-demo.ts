import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Demo, type DemoOptions, startDemo } from '../../examples/demo/server/demo.ts'
import type { PageSource } from '../../examples/demo/server/page.ts'
import viteConfig from '../../examples/demo/vite.config.ts'
import { buildSource } from '../support/built-page.ts'
import { launchChromium } from '../support/chromium.ts'
import { DemoPage, type PageOptions } from './demo-page.ts'

/** `search`: what the page's address says; no client sends by itself unless it says so. */
type OpenPage = (options?: PageOptions, search?: string) => Promise<DemoPage>

/** One build for all files: they share their modules. */
let built: Promise<PageSource> | undefined

/** For each test a demo of its own; returns what opens its page. A page that logged an error fails the test. */
export function prepareDemo(demoOptions: Partial<DemoOptions> = {}): OpenPage {
  let browser: Browser
  let source: PageSource
  let demo: Demo
  let pages: DemoPage[]

  beforeAll(async () => {
    built ??= buildSource(viteConfig)
    ;[source, browser] = await Promise.all([built, launchChromium()])
  })

  afterAll(() => browser.close())

  beforeEach(async () => {
    pages = []
    demo = await startDemo({ port: 0, page: source, ...demoOptions })
  })

  afterEach(async () => {
    const problems = pages.flatMap((page) => page.problems)
    await Promise.all(pages.map((page) => page.close()))
    await demo.close()
    expect(problems).toEqual([])
  })

  return async (options, search = '') => {
    const query = new URLSearchParams(search)
    if (!query.has('pace')) query.set('pace', '0')
    const page = await DemoPage.open(browser, `${demo.url}/?${query}`, options)
    pages.push(page)
    return page
  }
}

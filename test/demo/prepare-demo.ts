import { type Browser, type BrowserContextOptions, chromium } from 'playwright'
import type { ViteDevServer } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { createVite, type Demo, type DemoOptions, startDemo } from '../../examples/demo/server/demo.ts'
import { DemoPage } from './demo-page.ts'

type OpenPage = (options?: BrowserContextOptions, search?: string) => Promise<DemoPage>

/** For each test a demo of its own; returns what opens its page. A page that logged an error fails the test. */
export function prepareDemo(demoOptions: Partial<DemoOptions> = {}): OpenPage {
  let browser: Browser
  let vite: ViteDevServer
  let demo: Demo
  let pages: DemoPage[]

  beforeAll(async () => {
    vite = await createVite(`node_modules/.vite-test-${process.env.VITEST_POOL_ID}`)
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
  })

  afterAll(() => Promise.all([browser.close(), vite.close()]))

  beforeEach(async () => {
    pages = []
    demo = await startDemo({ port: 0, vite, ...demoOptions })
  })

  afterEach(async () => {
    const problems = pages.flatMap((page) => page.problems)
    await Promise.all(pages.map((page) => page.close()))
    await demo.close()
    expect(problems).toEqual([])
  })

  return async (options, search = '') => {
    const page = await DemoPage.open(browser, `${demo.url}/${search}`, options)
    pages.push(page)
    return page
  }
}

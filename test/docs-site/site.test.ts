import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { buildSite, type Site } from './site.ts'

let site: Site
let browser: Browser
let context: BrowserContext
let page: Page
/** What nobody may hear of: errors, and requests to other hosts. */
let troubles: string[]

beforeAll(async () => {
  ;[site, browser] = await Promise.all([buildSite(), launchChromium()])
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

beforeEach(async () => {
  troubles = []
  context = await browser.newContext({ reducedMotion: 'reduce' })
  page = await context.newPage()
  page.on('request', (request) => {
    if (!request.url().startsWith(site.origin)) troubles.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
})

afterEach(async () => {
  await context.close()
})

describe('the built site', () => {
  it('loads nothing from another host', () => {
    const loads =
      /<(?:script|img|iframe|source)[^>]* src(?:set)?="https?:|<link[^>]* href="https?:|url\(["']?https?:|@import/
    const loading = [...site.files].filter(
      ([path, text]) => /\.(html|css)$/.test(path) && loads.test(String(text)),
    )
    expect(loading.map(([path]) => path)).toEqual([])
  })

  it('has each page, and each heading, that a link leads to', () => {
    const pages = [...site.files].filter(([path]) => path.endsWith('.html'))
    const ids = new Map(
      pages.map(([path, text]) => [
        path,
        new Set([...String(text).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
      ]),
    )
    expect(pages.length).toBeGreaterThan(40)
    const broken = pages.flatMap(([path, text]) =>
      [...String(text).matchAll(/<a[^>]* href="([^"]+)"/g)]
        .map(([, href = '']) => href.replaceAll('&amp;', '&'))
        .filter((href) => !/^\w+:/.test(href))
        .filter((href) => !isThere(href, path, ids))
        .map((href) => `${path}: ${href}`),
    )
    expect(broken).toEqual([])
  })

  it('finds a word with the network away, once a page is open', async () => {
    const fetched = ['localSearchIndexroot', 'VPLocalSearchBox'].map(async (part) => {
      await (await page.waitForResponse((response) => response.url().includes(part))).finished()
    })
    await page.goto(`${site.origin}/start.html`)
    await Promise.all(fetched)
    // The pages that it links to are fetched ahead: a fetch that the network leaves is told in the console.
    await page.waitForLoadState('networkidle')
    await context.setOffline(true)
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox').fill('jitter')
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
    const found = await page.locator('.VPLocalSearchBox .result').allInnerTexts()
    expect(found.join('\n')).toMatch(/jitter/i)
    expect(troubles).toEqual([])
  })
})

describe('the live example', () => {
  it('keeps what is sent while the line is cut, and sends it when it is back', async () => {
    await page.goto(`${site.origin}/start.html`)
    const live = page.getByRole('region', { name: 'Live example' })
    const status = live.getByRole('status')
    await status.getByText('open', { exact: true }).waitFor()
    await live.getByRole('button', { name: 'Refuse dials' }).click()
    await live.getByRole('button', { name: 'Cut the line' }).click()
    await status.getByText('waiting', { exact: true }).waitFor()
    await live.getByLabel('Message').fill('are you there?')
    await live.getByRole('button', { name: 'Send' }).click()
    await live.getByText('1 queued', { exact: true }).waitFor()
    expect(await violationsOf(page, '.live')).toEqual([])
    await live.getByRole('button', { name: 'Accept dials' }).click()
    // By itself.
    await live.getByText('echo: are you there?').waitFor()
    await live.getByText('0 queued', { exact: true }).waitFor()
    expect(troubles).toEqual([])
  })

  it('ends with a code that is chosen, and says what follows', async () => {
    await page.goto(`${site.origin}/close-codes.html`)
    const live = page.getByRole('region', { name: 'Live example' })
    const status = live.getByRole('status')
    const log = live.getByRole('list')
    const ends = async (code: string) => {
      await status.getByText('open', { exact: true }).waitFor()
      await live.getByRole('combobox').selectOption(code)
      await live.getByRole('button', { name: 'End it' }).click()
    }
    await ends('1013')
    await log.getByText(/^lost: 1013, clean; retry in 3\d{4} ms$/).waitFor()
    await live.getByRole('button', { name: 'Dial now' }).click()
    await ends('4403')
    await log.getByText('lost: 4403, clean; stop').waitFor()
    expect(await violationsOf(page, '.live')).toEqual([])
    await live.getByRole('button', { name: 'Open again' }).click()
    await ends('1006')
    await log.getByText(/^lost: 1006; retry in/).waitFor()
    expect(troubles).toEqual([])
  })

  it('leaves with its page, and is there on the next', async () => {
    await page.goto(`${site.origin}/start.html`)
    await page.getByRole('link', { name: 'what is guaranteed', exact: true }).click()
    await page.waitForURL('**/guarantees.html')
    await page.getByRole('region', { name: 'Live example' }).getByText('open', { exact: true }).waitFor()
    expect(troubles).toEqual([])
  })
})

// Not each page in both: axe is half of what this file costs beside the build.
describe.each([
  ['the home page', 'index.html', 'light'],
  ['the start page', 'start.html', 'light'],
  ['the start page', 'start.html', 'dark'],
  ['the page of states', 'states.html', 'dark'],
] as const)('%s', (_, path, colorScheme) => {
  it(`has no fault that axe finds in ${colorScheme} colours, and fits a phone`, async () => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${site.origin}/${path}`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    expect(await violationsOf(page, '.VPContent')).toEqual([])
    expect(troubles).toEqual([])
  })
})

function isThere(
  href: string,
  from: string,
  ids: ReadonlyMap<string, ReadonlySet<string | undefined>>,
): boolean {
  const { pathname, hash } = new URL(href, `http://site${from}`)
  const name = pathname.replace(/\/$/, '/index.html')
  if (!name.endsWith('.html')) return site.files.has(name)
  const page = ids.get(name)
  return page !== undefined && (hash === '' || page.has(decodeURIComponent(hash.slice(1))))
}

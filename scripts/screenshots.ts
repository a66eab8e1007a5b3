import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { startDemo } from '../examples/demo/server/demo.ts'

const FOLDER = fileURLToPath(new URL('../docs/public/', import.meta.url))
const DESKTOP = { width: 1440, height: 1500 }
const DIALOG = { width: 1100, height: 720 }
const PHONE = { width: 390, height: 844 }

/** One picture: how the window is, and what was done in it before. */
interface Shot {
  readonly name: string
  readonly options: BrowserContextOptions
  readonly play: (page: Page) => Promise<void>
}

/** Pictures of one example; another one adds its own scene below. */
interface Scene {
  readonly start: () => Promise<{ url: string; close(): Promise<void> }>
  readonly shots: readonly Shot[]
}

const lab: Scene = {
  async start() {
    const demo = await startDemo({ port: 0 })
    return {
      url: `${demo.url}/?peers=native,partysocket,reconnecting-websocket&seed=7&storm=25`,
      close: demo.close,
    }
  },
  shots: [
    { name: 'lab-light', options: { viewport: DESKTOP, colorScheme: 'light' }, play: playMinute },
    { name: 'lab-dark', options: { viewport: DESKTOP, colorScheme: 'dark' }, play: playMinute },
    {
      name: 'lab-phone',
      options: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2 },
      play: playCut,
    },
    { name: 'lab-storm', options: { viewport: DIALOG, colorScheme: 'light' }, play: playStorm },
  ],
}

const SCENES: readonly Scene[] = [lab]

await mkdir(FOLDER, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
for (const scene of SCENES) await takeAll(scene, browser)
await browser.close()

async function takeAll({ start, shots }: Scene, browser: Browser): Promise<void> {
  for (const { name, options, play } of shots) {
    // A server for each: it remembers who was there.
    const { url, close } = await start()
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    await page.goto(url)
    await play(page)
    await page.screenshot({ path: `${FOLDER}${name}.png` })
    console.log(`docs/public/${name}.png`)
    await context.close()
    await close()
  }
}

/** Enough of everything that the time line has something to show. */
async function playMinute(page: Page): Promise<void> {
  await isOpen(page)
  await page.getByTestId('say-text').fill('Does anybody read this?')
  await page.getByTestId('say-send').click()
  await page.waitForTimeout(5_000)
  await page.getByTestId('fault-stop-reading').click()
  await page.waitForTimeout(2_500)
  await page.getByTestId('fault-cut').click()
  await page.getByTestId('fault-stop-reading').click()
  await page.waitForTimeout(9_000)
  await page.getByTestId('flood').click()
  await page.waitForTimeout(200)
  await page.getByTestId('fault-cut').click()
  await page.getByTestId('plain-waiting').filter({ hasText: /^\d$/ }).waitFor({ timeout: 60_000 })
  await page.getByTestId('react-text').fill('React reads it.')
  await page.getByTestId('react-send').click()
  await page.getByTestId('vue-text').fill('Vue does, too.')
  await page.getByTestId('vue-send').click()
  await page.getByTestId('fault-throttle').click()
  await page.waitForTimeout(5_000)
  await page.evaluate(() => scrollTo(0, 0))
}

async function playCut(page: Page): Promise<void> {
  await isOpen(page)
  await page.getByTestId('fault-refuse').click()
  await page.waitForTimeout(3_000)
  await page.evaluate(() => scrollTo(0, 0))
  await page.locator('[data-testid=state][data-status=waiting]').waitFor()
}

/** All of it, up to the summary. */
async function playStorm(page: Page): Promise<void> {
  await isOpen(page)
  await page.getByTestId('storm-run').click()
  await page.getByTestId('summary').waitFor({ state: 'visible', timeout: 180_000 })
}

async function isOpen(page: Page): Promise<void> {
  await page.locator('[data-testid=state][data-status=open]').waitFor()
}

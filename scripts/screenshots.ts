import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { startChat } from '../examples/chat/server/chat.ts'
import { startDemo } from '../examples/demo/server/demo.ts'
import { launchChromium } from '../test/support/chromium.ts'

const FOLDER = fileURLToPath(new URL('../docs/public/', import.meta.url))
const DESKTOP = { width: 1440, height: 1500 }
const DIALOG = { width: 1100, height: 720 }
const PHONE = { width: 390, height: 844 }
const WINDOW = { width: 900, height: 690 }

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

const chat: Scene = {
  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-chat-'))
    const running = await startChat({ port: 0, journal: join(folder, 'chat.jsonl') })
    return {
      url: running.url,
      async close() {
        await running.close()
        await rm(folder, { recursive: true })
      },
    }
  },
  shots: [
    { name: 'chat-light', options: { viewport: WINDOW, colorScheme: 'light' }, play: playTalk },
    { name: 'chat-dark', options: { viewport: WINDOW, colorScheme: 'dark' }, play: playTalk },
    {
      name: 'chat-phone',
      options: { viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2 },
      play: playOutage,
    },
  ],
}

const SCENES: Readonly<Record<string, Scene>> = { lab, chat }

await mkdir(FOLDER, { recursive: true })
const browser = await launchChromium()
// `npm run screenshots -- chat`: those of one example.
const [, , only = ''] = process.argv
for (const [name, scene] of Object.entries(SCENES)) if (name.includes(only)) await takeAll(scene, browser)
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

/** Two people, of whom one is about to say more. */
async function playTalk(page: Page): Promise<void> {
  await talk(page)
}

/** The same, and then the server restarts: what is said meanwhile waits. */
async function playOutage(page: Page): Promise<void> {
  const friend = await talk(page)
  await friend.getByLabel('Message', { exact: true }).fill('')
  await page.getByRole('button', { name: 'Restart server' }).click()
  await page.locator('.banner.waiting').waitFor()
  await sayInChat(page, 'Then this waits until it is back.')
  await page.locator('.message.pending').waitFor()
}

/** Returns the page of the other one. */
async function talk(page: Page): Promise<Page> {
  const context = await page.context().browser()?.newContext()
  const friend = await context?.newPage()
  if (!friend) throw new Error('The browser is gone.')
  await friend.goto(new URL('/vue/', page.url()).href)
  await friend.locator('.banner.open').waitFor()
  await page.locator('.members li').nth(1).waitFor()
  await sayInChat(friend, 'I am in a tunnel. Is this thing on?')
  await sayInChat(page, 'It is. Each of us can see what has arrived.')
  await sayInChat(friend, 'And if the server restarts while I talk?')
  await page.locator('.message').nth(2).waitFor()
  await sayInChat(page, 'Press the button, and see.')
  await page.locator('.message.acknowledged').nth(1).waitFor()
  await friend.getByLabel('Message', { exact: true }).pressSequentially('Let me')
  await page.locator('.typing').filter({ hasText: 'typing' }).waitFor()
  return friend
}

async function sayInChat(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByLabel('Message', { exact: true }).press('Enter')
}

async function isOpen(page: Page): Promise<void> {
  await page.locator('[data-testid=state][data-status=open]').waitFor()
}

import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { expect } from 'vitest'
import { shifted, watchShifts } from '../support/layout-shift.ts'
import { leaveUnwatched } from '../support/unwatched.ts'

/** For `expect.poll`. */
export const PATIENCE = { timeout: 30_000, interval: 50 }
/** Chromium's own line about a socket that could not connect: a refused dial is what some tests order. */
const BROWSERS_OWN = /^WebSocket connection to '.*' failed/

/** The page's panels other than the plain one: each has a connection of its own. */
export const PANELS = ['react', 'vue'] as const
export type Panel = (typeof PANELS)[number]
/** Connections of one page. */
export const CONNECTIONS = 1 + PANELS.length

export interface PageOptions extends BrowserContextOptions {
  /** By how much its processor is slower than this one. */
  readonly slowdown?: number
}

/** The demo's page, as somebody sees it who presses its buttons. */
export class DemoPage {
  /** Console errors and uncaught exceptions. */
  readonly problems: string[] = []
  /** What the dial has shown since the page was open, e.g. `waiting 1.8 s to #2`. */
  readonly shown: string[] = []
  /** Tokens that the server issued to this page. */
  readonly tokens: string[] = []
  /** Everything that was written to the console. */
  readonly #console: string[] = []
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message))
    page.on('response', async (response) => {
      if (!response.url().endsWith('/token')) return
      // A page that is closed amid an answer has none.
      const body = await response.json().catch(() => ({}))
      this.tokens.push(body.value)
    })
    page.on('console', (message) => {
      this.#console.push(message.text())
      if (message.type() === 'error' && !BROWSERS_OWN.test(message.text())) this.problems.push(message.text())
    })
  }

  /** Loads the page and waits until its connections are open. */
  static async open(
    browser: Browser,
    url: string,
    { slowdown, ...options }: PageOptions = {},
  ): Promise<DemoPage> {
    // Half of the time would go into drawing.
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    if (slowdown !== undefined) {
      const session = await context.newCDPSession(page)
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    }
    const demo = new DemoPage(page)
    await watchShifts(page)
    await page.goto(url)
    await demo.#watchDial()
    await demo.becomes('open')
    await demo.shows('members', /^[1-9]/)
    await demo.panelsBecome('open')
    return demo
  }

  /** For what only few tests look at. */
  get tab(): Page {
    return this.#page
  }

  async close(): Promise<void> {
    await this.#page.context().close()
  }

  /** All that can be read on the page, in its markup and in the console. */
  async everything(): Promise<string> {
    return [await this.#page.content(), ...this.#console].join('\n')
  }

  /** Orders a fault as the page's buttons do. */
  async order(fault: string, body: object): Promise<void> {
    const url = new URL(`/faults/${fault}`, this.#page.url()).href
    const answer = await this.#page.request.post(url, { data: body })
    expect(answer.status()).toBe(200)
  }

  async press(id: string): Promise<void> {
    await this.#page.getByTestId(id).click()
  }

  /** Presses the button that sends thousands of messages. */
  async flood(): Promise<void> {
    await leaveUnwatched(this.#page)
    await this.press('flood')
  }

  async fill(id: string, text: string): Promise<void> {
    await this.#page.getByTestId(id).fill(text)
  }

  async choose(id: string, value: string): Promise<void> {
    await this.#page.getByTestId(id).selectOption(value)
  }

  async say(text: string): Promise<void> {
    await this.fill('say-text', text)
    await this.press('say-send')
  }

  /** Says something in the very moment in which the page shows a state for the next time. */
  async sayWhen(status: string, text: string): Promise<void> {
    await this.#page.evaluate(
      ([wanted, words]) => {
        const panel = document.querySelector<HTMLElement>('#state')
        const input = document.querySelector<HTMLInputElement>('#say-text')
        if (!panel || !input) throw new Error('The page is incomplete.')
        const observer = new MutationObserver(() => {
          if (panel.dataset.status !== wanted) return
          observer.disconnect()
          input.value = words ?? ''
          input.form?.requestSubmit()
        })
        observer.observe(panel, { attributes: true })
      },
      [status, text],
    )
  }

  async text(id: string): Promise<string> {
    return (await this.#page.getByTestId(id).textContent()) ?? ''
  }

  async number(id: string): Promise<number> {
    return Number((await this.text(id)).replaceAll(',', ''))
  }

  /** Bytes behind a figure that is shown in KiB or MiB. */
  async bytes(id: 'buffered' | 'native'): Promise<number> {
    return Number(await this.#page.getByTestId(id).getAttribute('data-bytes'))
  }

  async becomes(status: string): Promise<void> {
    await expect
      .poll(() => this.#page.getByTestId('state').getAttribute('data-status'), PATIENCE)
      .toBe(status)
  }

  /** Waits until the React and the Vue panel show a state. */
  async panelsBecome(status: string): Promise<void> {
    for (const panel of PANELS) {
      await expect
        .poll(() => this.#page.getByTestId(`${panel}-status`).getAttribute('data-status'), PATIENCE)
        .toBe(status)
    }
  }

  /** What a panel says of itself: `10,003 messages, 41 renders`. */
  async tally(panel: Panel): Promise<{ messages: number; renders: number }> {
    const text = await this.text(`${panel}-tally`)
    const [messages = Number.NaN, renders = Number.NaN] = text
      .replaceAll(',', '')
      .split(' messages ')
      .map((part) => Number.parseInt(part, 10))
    return { messages, renders }
  }

  async sayIn(panel: Panel, text: string): Promise<void> {
    await this.fill(`${panel}-text`, text)
    await this.press(`${panel}-send`)
  }

  /** Counts the frames that the browser draws from now on; returns what reads the count. */
  async countFrames(): Promise<() => Promise<number>> {
    await this.#page.evaluate(() => {
      const counter = { frames: 0 }
      Reflect.set(window, 'frameCounter', counter)
      const count = (): void => {
        counter.frames += 1
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
    })
    return () => this.#page.evaluate(() => Number(Reflect.get(window, 'frameCounter').frames))
  }

  async shows(id: string, expected: string | RegExp): Promise<void> {
    await expect.poll(() => this.text(id), PATIENCE).toMatch(expected)
  }

  async counts(id: string, expected: number): Promise<void> {
    await expect.poll(() => this.number(id), PATIENCE).toBe(expected)
  }

  async hasShown(expected: RegExp): Promise<void> {
    await expect.poll(() => this.shown, PATIENCE).toContainEqual(expect.stringMatching(expected))
  }

  /** The lines of the event log, oldest first. */
  async log(): Promise<string[]> {
    const lines = await this.#page.getByTestId('log').locator('li').allInnerTexts()
    return lines.map((line) => line.replace(/\s+/g, ' ')).reverse()
  }

  /** Waits for a line of the log; times apart, it reads `label text`. */
  async logs(expected: RegExp): Promise<void> {
    await expect.poll(() => this.log(), PATIENCE).toContainEqual(expect.stringMatching(expected))
  }

  /** The messages of the room, as `text`, oldest first. */
  async messages(): Promise<string[]> {
    return this.#page.getByTestId('messages').locator('li .text').allTextContents()
  }

  async isPressed(id: string): Promise<boolean> {
    return (await this.#page.getByTestId(id).getAttribute('aria-pressed')) === 'true'
  }

  /** How far the page reaches beyond its window to the right, in px. */
  async overflow(): Promise<number> {
    return this.#page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  }

  shifted(): Promise<number> {
    return shifted(this.#page)
  }

  async background(): Promise<string> {
    return this.#page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  }

  async elementCount(id: string): Promise<number> {
    return this.#page.getByTestId(id).locator('> *').count()
  }

  /** Every change, not a sample: a short wait is seen too. */
  async #watchDial(): Promise<void> {
    await this.#page.exposeFunction('noteDial', (text: string) => this.shown.push(text))
    await this.#page.evaluate(() => {
      const note: unknown = Reflect.get(window, 'noteDial')
      const panel = document.querySelector<HTMLElement>('#state')
      const dial = document.querySelector('.dial-text')
      if (typeof note !== 'function' || !panel || !dial) throw new Error('The page is incomplete.')
      const read = (): void => {
        const words = [...dial.children].map((child) => child.textContent)
        note([panel.dataset.status, ...words].join(' '))
      }
      const observer = new MutationObserver(read)
      observer.observe(panel, { subtree: true, childList: true, characterData: true, attributes: true })
      read()
    })
  }
}

import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { watchShifts } from '../support/layout-shift.ts'

/** For `expect.poll`. */
export const PATIENCE = { timeout: 15_000, interval: 40 }
/** Chromium's own lines about an answer that did not come: an outage is what some tests order. */
const BROWSERS_OWN = /^(WebSocket connection to '.*' failed|Failed to load resource)/

/** The three pages. */
export const CLIENTS = [
  ['plain', '/'],
  ['React', '/react/'],
  ['Vue', '/vue/'],
] as const

/** A page of the chat, as somebody sees it who uses it. */
export class ChatPage {
  /** Console errors and uncaught exceptions. */
  readonly problems: string[] = []
  readonly page: Page
  readonly text: Locator
  readonly tryNow: Locator

  private constructor(page: Page) {
    this.page = page
    this.text = page.getByLabel('Message', { exact: true })
    this.tryNow = page.getByRole('button', { name: 'Try now' })
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message))
    page.on('console', (message) => {
      const isProblem = message.type() === 'error' || message.type() === 'warning'
      if (isProblem && !BROWSERS_OWN.test(message.text())) this.problems.push(message.text())
    })
  }

  /** Loads the page in a context of its own, as somebody of their own, and waits until it is in the room. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<ChatPage> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    // Delays are drawn by lot: now each is near the shortest.
    await context.addInitScript(() => {
      Math.random = () => 0.05
    })
    const chat = new ChatPage(await context.newPage())
    await watchShifts(chat.page)
    await chat.page.goto(url)
    await chat.arrives()
    return chat
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  close(): Promise<void> {
    return this.context.close()
  }

  async say(text: string): Promise<void> {
    await this.text.fill(text)
    await this.text.press('Enter')
  }

  /** Says them faster than anybody can type, on a slow machine too. */
  async sayInARow(texts: readonly string[]): Promise<void> {
    await this.text.evaluate(async (input, all) => {
      if (!(input instanceof HTMLInputElement)) throw new Error('The page is incomplete.')
      // React listens to its own setter on the element: the prototype's is what a keyboard calls.
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {}
      for (const text of all) {
        set?.call(input, text)
        input.dispatchEvent(new Event('input', { bubbles: true }))
        await Promise.resolve()
        input.form?.requestSubmit()
        await new Promise((resolve) => setTimeout(resolve))
      }
    }, texts)
  }

  /** Waits until a server that does not start yet has refused it: some 6 s are left until the next attempt. */
  async isRefused(): Promise<void> {
    await this.reads('.banner', /^The server is starting/)
  }

  /** Presses "Try now", unless it came back by itself already. */
  async comesBack(): Promise<void> {
    const isBack = (): Promise<boolean> =>
      this.page.evaluate(() => {
        document.querySelector<HTMLElement>('.banner:is(.waiting, .suspended) button')?.click()
        return document.querySelector('.banner.open') !== null
      })
    await expect.poll(isBack, PATIENCE).toBe(true)
  }

  async becomes(status: string): Promise<void> {
    await this.page.locator(`.banner.${status}`).waitFor()
  }

  /** It is in the room: it has a name. */
  async arrives(): Promise<void> {
    await this.becomes('open')
    await this.page.locator('.members li').first().waitFor()
  }

  /** `Acknowledged: the text`, and the bare text where it is somebody else's; oldest first. */
  rows(): Promise<string[]> {
    return this.page.locator('.message').evaluateAll((rows) =>
      rows.map((row) => {
        const words = [row.querySelector('.progress')?.textContent, row.querySelector('p')?.textContent]
        return words.filter(Boolean).join(': ')
      }),
    )
  }

  async shows(...rows: string[]): Promise<void> {
    await expect.poll(() => this.rows(), PATIENCE).toEqual(rows)
  }

  /** Waits until an element of the page reads so. */
  async reads(selector: string, expected: string | RegExp): Promise<void> {
    await expect.poll(() => this.page.locator(selector).textContent(), PATIENCE).toMatch(expected)
  }

  members(): Promise<string[]> {
    return this.page.locator('.members li').allTextContents()
  }

  async name(): Promise<string> {
    const names = await this.members()
    return names.find((name) => name.endsWith(' (you)'))?.replace(' (you)', '') ?? ''
  }

  /** What has the focus, by what it is called. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : null
      return label?.textContent ?? element?.ariaLabel ?? element?.textContent ?? ''
    })
  }

  /** How far the page reaches beyond its window to the right, in px. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  }

  /** What overlaps among these elements, each as far as its box or its text reaches. */
  overlaps(selector: string): Promise<string[]> {
    return this.page.locator(selector).evaluateAll((elements) => {
      const areas = elements.map((element) => {
        const range = document.createRange()
        range.selectNodeContents(element)
        const name = element.textContent
        return { name, rects: [element.getBoundingClientRect(), range.getBoundingClientRect()] }
      })
      const isOver = (one: DOMRect, other: DOMRect): boolean =>
        one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
      return areas.flatMap(({ name, rects }, index) =>
        areas
          .slice(index + 1)
          .filter((other) => rects.some((one) => other.rects.some((rect) => isOver(one, rect))))
          .map((other) => `${name} and ${other.name}`),
      )
    })
  }
}

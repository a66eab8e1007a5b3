import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { expect } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { shifted, watchShifts } from '../support/layout-shift.ts'

/** For `expect.poll`. */
export const PATIENCE = { timeout: 30_000, interval: 50 }

/** The ticker's page, as somebody sees it who presses its buttons. */
export class TickerPage {
  /** Console errors and uncaught exceptions. */
  readonly problems: string[] = []
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text())
    })
  }

  /** Loads the page and waits until its connection is open. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<TickerPage> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    const ticker = new TickerPage(page)
    await watchShifts(page)
    await page.goto(url)
    await ticker.becomes('open')
    return ticker
  }

  async close(): Promise<void> {
    await this.#page.context().close()
  }

  shifted(): Promise<number> {
    return shifted(this.#page)
  }

  async becomes(status: string): Promise<void> {
    await expect
      .poll(() => this.#page.getByTestId('state').getAttribute('data-status'), PATIENCE)
      .toBe(status)
  }

  async press(id: string): Promise<void> {
    await this.#page.getByTestId(id).click()
  }

  async check(id: string, isOn = true): Promise<void> {
    await this.#page.getByTestId(id).setChecked(isOn)
  }

  async number(id: string): Promise<number> {
    const text = (await this.#page.getByTestId(id).textContent()) ?? ''
    return Number(text.replaceAll(',', ''))
  }

  /** Figures of one and the same half second. */
  figures(...ids: string[]): Promise<number[]> {
    return this.#page.evaluate(
      (wanted) => wanted.map((id) => Number(document.getElementById(id)?.textContent?.replaceAll(',', ''))),
      ids,
    )
  }

  /** The price that each symbol shows, without its sign; `–` where there is none yet. */
  async prices(): Promise<Map<string, string>> {
    const shown = await this.#page
      .locator('.price')
      .evaluateAll((all) =>
        all.map((one) => [one.getAttribute('data-symbol') ?? '', one.textContent ?? ''] as const),
      )
    return new Map(shown.map(([symbol, text]) => [symbol, text.replace(/[+-]$/, '')]))
  }

  /** From now on counts the records of what is changed in the board, by the text that they leave. */
  async watchBoard(): Promise<() => Promise<{ written: number; unchanged: number }>> {
    await this.#page.evaluate(() => {
      const seen = { written: 0, unchanged: 0 }
      const observer = new MutationObserver((records) => {
        for (const { target, oldValue } of records) {
          seen.written += 1
          if (target.textContent === oldValue) seen.unchanged += 1
        }
      })
      const board = document.querySelector('#board')
      if (board) observer.observe(board, { characterData: true, characterDataOldValue: true, subtree: true })
      Reflect.set(window, 'seenOnBoard', seen)
    })
    return () => this.#page.evaluate(() => Reflect.get(window, 'seenOnBoard'))
  }

  /** How far the page reaches beyond its window to the right, in px. */
  async overflow(): Promise<number> {
    return this.#page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  }

  async background(): Promise<string> {
    return this.#page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  }

  /** What axe finds fault with, as `rule: selector`. */
  violations(): Promise<string[]> {
    return violationsOf(this.#page)
  }
}

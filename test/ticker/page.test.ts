import { describe, expect, it } from 'vitest'
import { formatPrice, GROUPS } from '../../examples/ticker/shared/market.ts'
import { GOOD_SHIFT } from '../support/layout-shift.ts'
import { prepareTicker } from './prepare-ticker.ts'
import { PATIENCE, type TickerPage } from './ticker-page.ts'

const SYMBOLS = 1_000

const { ticker, openPage } = prepareTicker()

/** What a page shows that is up to date. */
function pricesOfServer(): Map<string, string> {
  return new Map([...ticker().market.prices()].map(([symbol, cents]) => [symbol, formatPrice(cents)]))
}

/** Waits until every symbol shows the price that the server has, which stands still. */
async function showsAllOf(page: TickerPage): Promise<void> {
  ticker().isMoving = false
  const expected = pricesOfServer()
  expect(expected.size).toBe(SYMBOLS)
  await expect.poll(() => page.prices(), PATIENCE).toEqual(expected)
}

/** Waits until the page shows a price of every symbol. */
async function hasPrices(page: TickerPage): Promise<void> {
  await expect.poll(async () => [...(await page.prices()).values()].includes('–'), PATIENCE).toBe(false)
}

/** Waits until many prices on the page have changed. */
async function movesOn(page: TickerPage): Promise<void> {
  const before = await page.prices()
  const moved = async (): Promise<number> =>
    [...(await page.prices())].filter(([symbol, price]) => before.get(symbol) !== price).length
  await expect.poll(moved, PATIENCE).toBeGreaterThan(SYMBOLS / 10)
}

function subscriptions(): { groups: number; repeated: number }[] {
  return ticker()
    .subscribers()
    .map(({ groups, repeated }) => ({ groups: groups.length, repeated }))
}

describe('the ticker’s page', () => {
  it('shows every symbol, each written only when it has changed', async () => {
    const page = await openPage()
    const board = await page.watchBoard()
    await movesOn(page)
    await showsAllOf(page)
    const { written, unchanged } = await board()
    expect(written).toBeGreaterThan(SYMBOLS / 10)
    expect(unchanged).toBe(0)
  })

  it('resumes every channel after a cut, none twice, and misses nothing', async () => {
    const page = await openPage()
    const cuts = [
      () => page.press('cut'),
      () => {
        ticker().cut()
        // While nobody listens: only what is resumed can tell the page.
        ticker().market.move(SYMBOLS)
      },
    ]
    for (const cut of cuts) {
      await hasPrices(page)
      const [before] = ticker().subscribers()
      await cut()
      await expect.poll(() => ticker().subscribers()[0] ?? before, PATIENCE).not.toBe(before)
      await expect.poll(subscriptions, PATIENCE).toEqual([{ groups: GROUPS.length, repeated: 0 }])
      await page.becomes('open')
      await expect.poll(() => page.number('resumed'), PATIENCE).toBe(GROUPS.length)
    }
    await showsAllOf(page)
  })

  it('subscribes to nothing anew, and loses nothing, when the mode is switched', async () => {
    const page = await openPage()
    await page.check('mode-message')
    await movesOn(page)
    await page.check('mode-frame')
    await movesOn(page)
    await page.check('mode-message')
    expect(subscriptions()).toEqual([{ groups: GROUPS.length, repeated: 0 }])
    await showsAllOf(page)
  })

  it('leaves a group, and is up to date when it comes back to it', async () => {
    const page = await openPage()
    const groups = () => ticker().subscribers()[0]?.groups
    await page.check('switch-energy', false)
    await expect.poll(groups, PATIENCE).toHaveLength(GROUPS.length - 1)
    expect(groups()).not.toContain('energy')
    await page.check('switch-energy')
    await expect.poll(groups, PATIENCE).toContain('energy')
    await showsAllOf(page)
  })

  it('counts what comes, what it writes and what is drawn', async () => {
    const page = await openPage()
    for (const figure of ['received', 'applied', 'renders', 'frames']) {
      await expect.poll(() => page.number(figure), PATIENCE).toBeGreaterThan(0)
    }
  })

  it('is rendered once a frame, or for each message', async () => {
    const page = await openPage()
    const look = () => page.figures('received', 'renders', 'frames')
    await movesOn(page)
    await expect.poll(look, PATIENCE).toSatisfy(([received = 0, renders = 0, frames = 0]: number[]) => {
      return renders > 0 && renders <= frames + 2 && received > 2 * renders
    })
    await page.check('mode-message')
    await expect.poll(look, PATIENCE).toSatisfy(([received = 0, renders = 0]: number[]) => {
      return received > 0 && renders === received
    })
  })

  it.each(['light', 'dark'] as const)('is accessible when it is %s', async (colorScheme) => {
    const page = await openPage({ colorScheme })
    ticker().isMoving = false
    expect(await page.violations()).toEqual([])
  })

  it('fits a phone, and follows the colours that its user prefers', async () => {
    const viewport = { width: 390, height: 844 }
    const light = await openPage({ viewport, colorScheme: 'light' })
    const dark = await openPage({ viewport, colorScheme: 'dark' })
    expect([await light.overflow(), await dark.overflow()]).toEqual([0, 0])
    expect(await light.background()).not.toBe(await dark.background())
    for (const page of [light, dark]) expect(await page.shifted()).toBeLessThan(GOOD_SHIFT)
  })
})

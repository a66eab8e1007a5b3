import { describe, expect, it } from 'vitest'
import { CONNECTIONS, PANELS, PATIENCE } from './demo-page.ts'
import { prepareDemo } from './prepare-demo.ts'

const FLOOD = 10_000

const openPage = prepareDemo()

describe('the React and the Vue panel', () => {
  it('come back after a cut', async () => {
    const page = await openPage()
    await page.press('fault-cut')
    await page.shows('fault-result', '3 connections reset: no close frame was sent.')
    await page.becomes('open')
    await page.panelsBecome('open')
    await page.counts('members', CONNECTIONS)
    await page.say('Hello again')
    for (const panel of PANELS) await page.shows(`${panel}-last`, /^Hello again$/)
  })

  it('receive every message of a flood, and render at most once a frame', async () => {
    const page = await openPage()
    const before = await Promise.all(PANELS.map((panel) => page.tally(panel)))
    const readFrames = await page.countFrames()
    await page.choose('flood-size', '100')
    await page.flood()
    for (const [index, panel] of PANELS.entries()) {
      const start = before[index] ?? { messages: 0, renders: 0 }
      await expect.poll(async () => (await page.tally(panel)).messages, PATIENCE).toBe(start.messages + FLOOD)
      const renders = (await page.tally(panel)).renders - start.renders
      expect(renders).toBeGreaterThan(0)
      expect(renders).toBeLessThan(FLOOD / 10)
      expect(renders).toBeLessThanOrEqual(await readFrames())
    }
  })

  it('share the room with the plain page', async () => {
    const page = await openPage()
    await page.sayIn('react', 'From React')
    await expect.poll(() => page.messages(), PATIENCE).toEqual(['From React'])
    for (const panel of PANELS) await page.shows(`${panel}-last`, /^From React$/)
    await page.sayIn('vue', 'From Vue')
    await expect.poll(() => page.messages(), PATIENCE).toEqual(['From React', 'From Vue'])
    for (const panel of PANELS) await page.shows(`${panel}-last`, /^From Vue$/)
  })

  it('do not render while somebody types', async () => {
    const page = await openPage()
    await page.counts('members', CONNECTIONS)
    for (const panel of PANELS) {
      const before = await page.tally(panel)
      await page.fill(`${panel}-text`, 'A text that is not sent')
      expect(await page.tally(panel)).toEqual(before)
    }
  })

  it('stop by verdict, keep what is said meanwhile, and open again by hand', async () => {
    const page = await openPage()
    await page.press('fault-close')
    await page.panelsBecome('closed')
    for (const panel of PANELS) {
      await page.shows(`${panel}-reconnect`, 'Open again')
      await page.sayIn(panel, `Kept in ${panel}`)
      await page.press(`${panel}-reconnect`)
    }
    await page.panelsBecome('open')
    await page.shows('vue-last', /^Kept in vue$/)
  })
})

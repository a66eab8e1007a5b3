import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { type DemoPage, PATIENCE } from './demo-page.ts'
import { prepareDemo } from './prepare-demo.ts'
import { allArrived, nothingWaits, scoresOf } from './scores.ts'

const OURS = ['plain', 'react', 'vue']
const PEERS = ['native', 'partysocket', 'reconnecting-websocket']
const ALL_PEERS = `?peers=${PEERS}`

const openPage = prepareDemo()

async function allOpen(page: DemoPage): Promise<void> {
  for (const client of [...OURS, ...PEERS]) {
    const row = page.tab.getByTestId(`score-${client}`)
    await expect.poll(() => row.getAttribute('data-status'), PATIENCE).toBe('open')
  }
}

describe('the clients beside ours', () => {
  it('lose what was written to a server that stopped reading and was cut; ours lose nothing', async () => {
    const page = await openPage({}, `${ALL_PEERS}&pace=10`)
    await allOpen(page)
    await page.press('fault-stop-reading')
    await expect.poll(() => page.isPressed('fault-stop-reading'), PATIENCE).toBe(true)
    const before = await page.number('native-sent')
    await expect.poll(() => page.number('native-sent'), PATIENCE).toBeGreaterThan(before + 5)
    await page.press('fault-cut')
    await page.press('fault-stop-reading')
    // What nobody had read is gone, and nobody sends it again: it shows as soon as a later one arrives.
    for (const peer of PEERS) {
      await expect.poll(() => page.number(`${peer}-lost`), PATIENCE).toBeGreaterThan(0)
    }
    await allOpen(page)
    await page.choose('pace', '0')
    for (const client of OURS) await nothingWaits(page, client)
    await page.shows('score-verdict', '0 lost, 0 twice')
    for (const peer of PEERS) expect((await scoresOf(page, peer)).twice).toBe(0)
  })

  it('come and go with their boxes, each with a row of its own', async () => {
    const page = await openPage()
    await page.press('peer-partysocket')
    const row = page.tab.getByTestId('score-partysocket')
    await expect.poll(() => row.getAttribute('data-status'), PATIENCE).toBe('open')
    await page.counts('members', 4)
    await page.press('peer-partysocket')
    await page.counts('members', 3)
    expect(await row.count()).toBe(0)
  })
})

describe('the storm', () => {
  it('ends in a summary with nothing lost and nothing twice, to be downloaded and shared', async () => {
    const permissions = ['clipboard-read', 'clipboard-write']
    const page = await openPage({ permissions }, `${ALL_PEERS}&seed=7&storm=6`)
    await allOpen(page)
    await page.press('storm-run')
    await page.shows('storm-text', /^\d s of faults to come\.$/)
    await page.tab.getByTestId('summary').waitFor({ state: 'visible' })
    expect(await page.text('summary-verdict')).toBe('0 lost, 0 twice')

    const download = page.tab.waitForEvent('download')
    await page.press('summary-download')
    expect((await download).suggestedFilename()).toBe('holdfast-storm-7.json')
    const summary = JSON.parse(await readFile(await (await download).path(), 'utf8'))
    const number = expect.any(Number)
    const counts = { arrived: number, twice: 0, disordered: 0, waiting: 0, lost: number, repeats: number }
    const life = { longestOutageMs: number, reconnects: number, dropped: expect.any(Object) }
    expect(summary).toEqual({
      version: 1,
      seed: 7,
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      stormMs: 6_000,
      totalMs: number,
      pace: 10,
      faults: expect.arrayContaining([{ at: number, name: expect.any(String), body: expect.any(Object) }]),
      clients: [
        ...OURS.map((client) => ({ client, isOurs: true, sent: number, ...counts, lost: 0, ...life })),
        ...PEERS.map((client) => ({ client, isOurs: false, sent: number, ...counts, ...life })),
      ],
    })
    for (const { isOurs, sent, arrived } of summary.clients) if (isOurs) expect(arrived).toBe(sent)

    await page.press('summary-share')
    await page.shows('summary-told', /^Copied/)
    const shared = await page.tab.evaluate(() => navigator.clipboard.readText())
    const [head, first] = shared.split('\n')
    const address = `/?seed=7&storm=6&pace=10&peers=${PEERS.join()}`
    expect(head).toBe(`Storm 7, 6.0 s of faults (npm start, ${address})`)
    expect(first).toMatch(/^Holdfast \(Plain\): /)
    expect(await violationsOf(page.tab)).toEqual([])
  })
})

describe('throttle to 2G', () => {
  it('makes every message late, and ends when asked', async () => {
    const page = await openPage()
    await page.press('fault-throttle')
    await expect.poll(() => page.isPressed('fault-throttle'), PATIENCE).toBe(true)
    await page.say('Slowly')
    await allArrived(page, 1)
    const status = page.tab.getByTestId('messages').locator('.status')
    await expect.poll(() => status.textContent(), PATIENCE).toMatch(/^arrived after ([3-9]\d\d|\d,\d{3}) ms$/)
    await page.press('fault-throttle')
    await expect.poll(() => page.isPressed('fault-throttle'), PATIENCE).toBe(false)
    await page.say('Fast')
    await allArrived(page, 2)
  })
})

describe('for everybody', () => {
  it('has nothing that axe objects to, in light and dark, on a desktop and on a phone', async () => {
    const page = await openPage({}, ALL_PEERS)
    await page.say('Hello')
    await allOpen(page)
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.tab.setViewportSize(viewport)
        await page.tab.emulateMedia({ colorScheme })
        const found = await violationsOf(page.tab)
        expect({ viewport, colorScheme, found }).toEqual({ viewport, colorScheme, found: [] })
      }
    }
  })
})

import { describe, expect, it } from 'vitest'
import { CONNECTIONS, PATIENCE } from './demo-page.ts'
import { prepareDemo } from './prepare-demo.ts'
import { allArrived } from './scores.ts'

const FLOOD = 10_000
const HIGH_WATER_MARK = 256 * 1024

const openPage = prepareDemo()

describe('the server’s faults', () => {
  it('cut: waits after 1006 with a countdown, comes back, and sends what was said meanwhile', async () => {
    const page = await openPage()
    await page.sayWhen('waiting', 'Said while the line is down')
    await page.press('fault-cut')
    await page.hasShown(/^waiting \d+\.\d s to #\d+$/)
    await page.shows('verdict', /^Lost: 1006 \(cut, no close frame\)\. Verdict: retry in \d/)
    await page.becomes('open')
    await allArrived(page, 1)
    expect(await page.messages()).toEqual(['Said while the line is down'])
    await page.shows('fault-result', `${CONNECTIONS} connections reset: no close frame was sent.`)
  })

  it('restart: says 1001 and its reason, and comes back when the server is there again', async () => {
    const page = await openPage()
    await page.press('fault-restart')
    await page.shows('verdict', /1001 \(going away\), “The server restarts”\. Verdict: retry in \d/)
    await page.hasShown(/^waiting/)
    await page.becomes('open')
    await page.say('Hello again')
    await allArrived(page, 1)
  })

  it('close with 4403: stops by verdict, keeps what is queued, and opens again by hand', async () => {
    const page = await openPage()
    await page.choose('close-preset', '4403')
    await page.press('fault-close')
    await page.becomes('closed')
    await page.shows('state-text', /^Stopped by verdict: 4403 \(forbidden\)/)
    await page.shows('verdict', /Verdict: stop\.$/)
    await page.say('Said after the end')
    await page.counts('queued', 1)
    await page.shows('open', 'Open again')
    await page.press('open')
    await page.becomes('open')
    await allArrived(page, 1)
  })

  it('close with 1013: keeps the server’s 30 s, and tries now when asked', async () => {
    const page = await openPage()
    await page.choose('close-preset', '1013')
    await page.press('fault-close')
    await page.becomes('waiting')
    await page.hasShown(/^waiting 3\d\.\d s to #/)
    await page.shows('open', 'Try now')
    await page.press('open')
    await page.becomes('open')
  })

  it('close with a free number: takes what a server may send, and says what it may not', async () => {
    const page = await openPage()
    await page.fill('close-code', '1006')
    await page.press('fault-close')
    await page.shows('fault-result', 'A server may send 1000 to 1003, 1007 to 1014, and 3000 to 4999.')
    await page.fill('close-code', '4321')
    await page.press('fault-close')
    await page.shows('verdict', /^Lost: 4321, “Chosen on the page”\. Verdict: retry in/)
    await page.becomes('open')
  })

  it('refuse for 10 s: tries several times, and gets in when the server listens again', async () => {
    const page = await openPage()
    await page.press('fault-refuse')
    await page.shows('refuse-left', /^\d\.\d s$/)
    await page.say('Said to nobody')
    await page.logs(/ waiting .* to attempt 3, after 1006/)
    await page.becomes('open')
    await page.shows('refuse-left', '1006')
    await allArrived(page, 1)
    const attempts = (await page.log()).filter((line) => / connecting attempt \d+, handshake/.test(line))
    expect(attempts.length).toBeGreaterThanOrEqual(4)
  })

  it('stop reading: fills the native buffer to its mark and keeps the rest, until the server reads again', async () => {
    const page = await openPage()
    await page.press('fault-stop-reading')
    await expect.poll(() => page.isPressed('fault-stop-reading'), PATIENCE).toBe(true)
    await page.shows('notice', /^The server reads nothing/)
    await page.flood()
    await expect.poll(() => page.bytes('native'), PATIENCE).toBeGreaterThan(HIGH_WATER_MARK - 2_048)
    expect(await page.number('queued')).toBeGreaterThan(1_000)
    expect(await page.bytes('native')).toBeLessThan(HIGH_WATER_MARK + 2_048)
    expect(await page.bytes('buffered')).toBeGreaterThan(1_000_000)
    expect(await page.number('plain-arrived')).toBe(0)
    await page.press('fault-stop-reading')
    await allArrived(page, FLOOD)
    await page.counts('queued', 0)
    expect(await page.bytes('buffered')).toBe(0)
  })

  it('black hole: the heartbeat notices, and it is back at once', async () => {
    const page = await openPage()
    await page.press('fault-black-hole')
    await page.shows('notice', /still says open\. The heartbeat finds out within 15 s/)
    await page.say('Into the hole')
    await page.counts('written', 1)
    await page.becomes('open')
    await page.counts('plain-arrived', 1)
    await page.shows('verdict', /^Lost: 1006, given up here: heartbeat\. Verdict: retry at once\.$/)
    await page.shows(
      'notice',
      /^This connection is new and well\. The black hole still holds 3 dead connections/,
    )
    await page.say('Out of the hole')
    await allArrived(page, 2)
    // The room has not noticed either that the old connection is dead, until the hole is closed.
    await page.panelsBecome('open')
    await page.counts('members', 2 * CONNECTIONS)
    await page.press('fault-black-hole')
    await page.counts('members', CONNECTIONS)
    await page.becomes('open')
  })
})

describe('what the page pretends', () => {
  it('offline: a connection that answers stays; one that is cut is suspended until online', async () => {
    const page = await openPage()
    await page.press('host-offline')
    await page.logs(/offline The button says offline/)
    await page.becomes('open')
    await page.press('fault-cut')
    await page.becomes('suspended')
    await page.shows('state-text', /calls itself offline/)
    await page.say('Said while offline')
    await page.press('host-offline')
    await page.becomes('open')
    await allArrived(page, 1)
  })

  it('sleep: the timers come late, the heartbeat asks, and nothing is lost', async () => {
    const page = await openPage()
    await page.press('host-sleep')
    await page.say('Said asleep')
    await page.logs(/awake The timers/)
    await page.logs(/late The \w+ timer came/)
    await allArrived(page, 1)
    await page.becomes('open')
    expect(await page.text('verdict')).toBe('No connection was lost so far.')
  })
})

describe('the page', () => {
  it('floods 10,000 messages: all arrive in order, and make one line', async () => {
    const page = await openPage()
    await page.choose('flood-size', '100')
    await page.flood()
    await allArrived(page, FLOOD)
    await page.logs(/ page Flood: send\(\) took 10,000 messages in /)
    expect(await page.messages()).toEqual(['A flood of 10,000 messages'])
    expect(await page.elementCount('log')).toBeLessThan(20)
  })

  it('keeps a flood of an outage in the outbox, and sends it in order afterwards', async () => {
    const page = await openPage()
    await page.choose('close-preset', '1013')
    await page.press('fault-close')
    await page.becomes('waiting')
    await page.choose('flood-size', '100')
    await page.flood()
    await page.counts('queued', FLOOD)
    await page.shows('score-note', /^of 10,000 sent by our three · 10,000 safe and waiting\.$/)
    await page.press('open')
    await allArrived(page, FLOOD)
  })

  it('says so when the queue is full', async () => {
    const page = await openPage()
    await page.choose('close-preset', '4403')
    await page.press('fault-close')
    await page.becomes('closed')
    for (let round = 0; round < 7; round++) await page.flood()
    await page.shows('fault-result', /^send\(\) throws OVERFLOW: The queue is full/)
    expect(await page.number('queued')).toBeGreaterThan(60_000)
  })

  it('closes when asked, refuses to send then, and opens a new life', async () => {
    const page = await openPage()
    await page.press('close')
    await page.becomes('closed')
    await page.shows('state-text', /^You closed it: 1000/)
    await page.say('Too late')
    await page.shows('say-error', /^send\(\) throws CLOSED/)
    await page.press('open')
    await page.becomes('open')
    await page.press('say-send')
    await page.counts('plain-arrived', 1)
    await page.shows('say-error', /^$/)
  })

  it('brings two pages together: each hears what the other says, and a fault of one hits both', async () => {
    const [one, two] = await Promise.all([openPage(), openPage({}, 'flood=500')])
    await one.counts('members', 2 * CONNECTIONS)
    await one.say('From one')
    await expect.poll(() => two.messages(), PATIENCE).toEqual(['From one'])
    await two.say('From two')
    await expect.poll(() => one.messages(), PATIENCE).toEqual(['From one', 'From two'])
    await one.press('fault-cut')
    await two.logs(/ cut 6 connections reset/)
    await two.logs(/ lost 1006/)
    await one.becomes('open')
    await two.becomes('open')
    await Promise.all([one, two].map((page) => page.counts('members', 2 * CONNECTIONS)))
    await two.choose('flood-size', '100')
    await two.flood()
    await allArrived(two, 1 + 500)
    await expect.poll(() => one.messages(), PATIENCE).toContain('A flood of 500 messages')
  })

  it.each([
    { width: 1440, height: 900 },
    { width: 900, height: 1000 },
    { width: 390, height: 844 },
  ])('fits $width px, light and dark', async (viewport) => {
    const light = await openPage({ viewport, colorScheme: 'light' })
    const dark = await openPage({ viewport, colorScheme: 'dark' })
    await light.press('fault-black-hole')
    await light.shows('notice', /heartbeat/)
    expect([await light.overflow(), await dark.overflow()]).toEqual([0, 0])
    // Numbers that grow in their places count a little.
    for (const page of [light, dark]) expect(await page.shifted()).toBeLessThan(0.02)
    expect(await light.background()).not.toBe(await dark.background())
  })

  it('has room for the name of each figure, at any width', async () => {
    const { tab } = await openPage()
    for (const width of [360, 620, 800, 1024, 1200, 1440, 1800]) {
      await tab.setViewportSize({ width, height: 900 })
      const names = tab.locator('.figures dt')
      const cramped = await names.evaluateAll((found) =>
        found.filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent),
      )
      expect({ width, cramped }).toEqual({ width, cramped: [] })
    }
  })

  it('is shown by a slow device when it is whole: nothing jumps', async () => {
    const page = await openPage({ viewport: { width: 900, height: 1000 }, slowdown: 6 })
    expect(await page.shifted()).toBeLessThan(0.01)
  })
})

import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RoomConnection } from '../../examples/demo/page/connection.ts'
import { FloodTally } from '../../examples/demo/page/flood-tally.ts'
import { type GivenUp, OurClient } from '../../examples/demo/page/our-client.ts'
import { violationsOf } from '../support/axe.ts'
import { type DemoPage, PATIENCE } from './demo-page.ts'
import { prepareDemo } from './prepare-demo.ts'

const openPage = prepareDemo()

function statuses({ tab }: DemoPage): Promise<string[]> {
  return tab.getByTestId('messages').locator('.status').allTextContents()
}

describe('the message list', () => {
  it('tells what was dropped, of single messages and of a flood, in light and dark', async () => {
    const page = await openPage({}, 'flood=500')
    await page.press('host-offline')
    await page.press('fault-cut')
    await page.becomes('suspended')
    await page.say('Into the void')
    await page.flood()
    await expect.poll(() => statuses(page), PATIENCE).toEqual(['not answered yet', '0 arrived'])
    await page.press('close')
    await page.becomes('closed')
    await page.press('host-offline')
    await page.press('open')
    await page.becomes('open')
    await page.say('Out of it')
    const arrived = expect.stringMatching(/^arrived after /)
    await expect
      .poll(() => statuses(page), PATIENCE)
      .toEqual(['dropped: closed', '0 arrived, 500 dropped: closed', arrived])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.tab.emulateMedia({ colorScheme })
      expect(await violationsOf(page.tab, '.messages')).toEqual([])
    }
  })
})

describe('the tally of a flood', () => {
  it('has a number for each fate, and takes it back where the room answers all the same', () => {
    const tally = new FloodTally({ id: 1, of: 4 }, 11, true)
    for (let sent = 0; sent < 4; sent++) tally.send()
    tally.hear(11)
    tally.giveUp(12, 'dropped: closed')
    tally.giveUp(13, 'unconfirmed')
    expect([tally.text, tally.answered]).toEqual(['1 arrived, 1 dropped: closed, 1 unconfirmed', false])
    tally.giveUp(14, 'unconfirmed')
    expect([tally.text, tally.answered]).toEqual(['1 arrived, 1 dropped: closed, 2 unconfirmed', 'never'])
    for (const id of [12, 13, 14]) tally.hear(id)
    expect([tally.text, tally.answered]).toEqual(['4 arrived', true])
  })
})

it('a client tells what its connection dropped or cannot prove', () => {
  const events = new Subject<object>()
  const client = new OurClient('plain', 'one')
  const told: GivenUp[] = []
  client.givenUp$.subscribe((message) => told.push(message))
  client.attach({ events$: events, state$: new Subject() } as unknown as RoomConnection) // as much as it reads
  events.next({ type: 'dropped', message: { type: 'say', id: 1, text: 'One' }, reason: 'closed' })
  events.next({ type: 'unconfirmed', messages: [{ type: 'tick', id: 2 }, 'a heartbeat'] })
  expect(told).toEqual([
    { id: 1, reason: 'closed' },
    { id: 2, reason: 'unconfirmed' },
  ])
})

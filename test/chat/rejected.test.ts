import { describe, expect, it } from 'vitest'
import { CLIENTS, PATIENCE } from './chat-page.ts'
import { prepareChat } from './prepare-chat.ts'

/** Of each test's server: nobody may say more than one message, until the test allows it. */
const limits = { maxLength: 20, burst: 1, perSecond: 0 }
const LONG = 'Longer than is allowed'

const getWorld = prepareChat({ limits })

function allow(perSecond: number): void {
  limits.burst = perSecond + 1
  limits.perSecond = perSecond
}

describe.each(CLIENTS)('the %s client', (_, path) => {
  it('keeps what was not taken through a reload, and tries all of it again in its order', async () => {
    allow(0)
    const { open, taken, heard } = getWorld()
    const chat = await open(path)
    await chat.sayInARow(['one', 'two', 'three', LONG, 'four'])
    const rows = ['Acknowledged: one', 'Not sent: two', 'Not sent: three', `Not sent: ${LONG}`]
    await chat.shows(...rows, 'Not sent: four')
    await chat.page.reload()
    await chat.arrives()
    await chat.shows(...rows, 'Not sent: four')
    await chat.reads('.problem', 'Not sent. That was too fast')
    // It is kept, and goes out only where somebody asks for it.
    expect(heard.filter(({ type }) => type === 'say')).toHaveLength(5)

    allow(1_000)
    const all = chat.page.getByRole('button', { name: 'Try all 3 again' })
    await all.press('Enter')
    expect(await chat.focused()).toBe('Message')
    const acknowledged = ['one', 'two', 'three', 'four'].map((text) => `Acknowledged: ${text}`)
    await chat.shows(...acknowledged, `Not sent: ${LONG}`)
    expect(taken()).toEqual(['one', 'two', 'three', 'four'])
    expect(await chat.page.getByRole('button', { name: /^Try/ }).count()).toBe(0)

    await chat.page.reload()
    await chat.shows(...acknowledged, `Not sent: ${LONG}`)
    await chat.page.getByRole('button', { name: 'Edit' }).click()
    await chat.page.reload()
    await chat.shows(...acknowledged)
  })

  it('tries all again of the room that is shown, and leaves the focus in no button that is gone', async () => {
    allow(0)
    const { open, taken } = getWorld()
    const chat = await open(path)
    const again = chat.page.getByRole('button', { name: /^Try/ })
    await chat.sayInARow(['one', 'two'])
    await chat.shows('Acknowledged: one', 'Not sent: two')
    await again.press('Enter')
    expect(await chat.focused()).toBe('Message')
    await chat.page.getByRole('button', { name: 'galley' }).click()
    await chat.sayInARow(['three', 'four'])
    await chat.shows('Not sent: three', 'Not sent: four')
    expect(await again.allTextContents()).toEqual(['Try again', 'Try again', 'Try all 2 again'])
    await chat.page.reload()
    await chat.arrives()
    await chat.shows('Acknowledged: one', 'Not sent: two')
    expect(await again.allTextContents()).toEqual(['Try again'])
    await chat.page.getByRole('button', { name: 'galley' }).click()
    await chat.shows('Not sent: three', 'Not sent: four')

    allow(1_000)
    await again.last().click()
    await expect.poll(() => taken(), PATIENCE).toEqual(['one', 'three', 'four'])
  })
})

it('keeps them for whoever said them, and works on where they are too many to keep', async () => {
  allow(0)
  const { open } = getWorld()
  const chat = await open('/react/')
  await chat.sayInARow(['one', 'two'])
  await chat.shows('Acknowledged: one', 'Not sent: two')
  const { page } = chat
  // As much as this storage holds, to a few characters.
  await page.evaluate(() => {
    for (let length = 8_000_000; length >= 1; length = Math.floor(length / 2)) {
      try {
        sessionStorage.setItem(`full ${length}`, 'x'.repeat(length))
      } catch {}
    }
  })
  await chat.say('three')
  await chat.shows('Acknowledged: one', 'Not sent: two', 'Not sent: three')
  await page.evaluate(() => sessionStorage.setItem('visitor', 'other'))
  await page.reload()
  await chat.arrives()
  await chat.shows('one')
})

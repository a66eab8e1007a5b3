import { describe, expect, it } from 'vitest'
import { violationsOf } from '../support/axe.ts'
import { GOOD_SHIFT, shifted } from '../support/layout-shift.ts'
import { type ChatPage, CLIENTS } from './chat-page.ts'
import { prepareChat } from './prepare-chat.ts'

const getWorld = prepareChat({ limits: { maxLength: 60, burst: 20, perSecond: 20 } })

describe.each(CLIENTS)('the %s client', (_, path) => {
  it('has no fault that axe finds, in light and dark, and fits a phone', async () => {
    const { open, hold } = getWorld()
    const [chat, other] = await Promise.all([
      open(path, { viewport: { width: 390, height: 844 } }),
      open('/vue/'),
    ])
    await other.say('From somebody else')
    await chat.shows('From somebody else')
    await other.text.fill('more')
    await chat.say('All is well')
    await chat.say('w'.repeat(61))
    await chat.shows('From somebody else', 'Acknowledged: All is well', `Not sent: ${'w'.repeat(61)}`)
    await chat.reads('.typing[aria-live=polite]', /is typing/)
    const inspect = async (colorScheme: 'light' | 'dark', selector: string): Promise<void> => {
      await chat.page.emulateMedia({ colorScheme })
      expect(await violationsOf(chat.page, selector)).toEqual([])
      expect(await chat.overflow()).toBe(0)
    }
    await inspect('light', '.banner')
    await inspect('dark', '.banner')
    const dark = await background(chat)
    const { release } = hold()
    await chat.isRefused()
    await chat.say('Not yet')
    await inspect('dark', 'html')
    await inspect('light', 'html')
    expect(await background(chat)).not.toBe(dark)
    await release()
    await chat.comesBack()
    expect(await shifted(chat.page)).toBeLessThan(GOOD_SHIFT)
  })

  it('has room for all parts of its header on narrow phones', async () => {
    const { open } = getWorld()
    const chat = await open(path)
    for (const width of [320, 360, 390]) {
      await chat.page.setViewportSize({ width, height: 640 })
      const overlaps = await chat.overlaps('.masthead :is(h1, a, button)')
      expect({ width, overlaps, overflow: await chat.overflow() }).toEqual({
        width,
        overlaps: [],
        overflow: 0,
      })
    }
    expect(await chat.page.getByRole('button', { name: 'Restart server' }).count()).toBe(1)
  })
})

function background({ page }: ChatPage): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor)
}

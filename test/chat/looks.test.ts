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
})

function background({ page }: ChatPage): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor)
}

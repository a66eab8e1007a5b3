import { expect, it } from 'vitest'
import { CLIENTS, PATIENCE } from './chat-page.ts'
import { prepareChat } from './prepare-chat.ts'

const getWorld = prepareChat({ tokenLife: 2_000 })

it.each(CLIENTS)(
  'the %s client renews its sign-in, and signs in again where that came too late',
  async (_, path) => {
    const { open, heard } = getWorld()
    const chat = await open(path)
    const count = (type: string): number => heard.filter((message) => message.type === type).length
    await expect.poll(() => count('sign-in'), PATIENCE).toBeGreaterThanOrEqual(2)
    // Over the same connection: it has joined once.
    expect(count('join')).toBe(1)

    await chat.page.route('**/token', (route) => route.abort())
    await chat.page.locator('.banner:not(.open)').waitFor()
    await chat.say('Said meanwhile')
    await chat.page.unroute('**/token')
    await chat.comesBack()
    await chat.shows('Acknowledged: Said meanwhile')
    expect(count('join')).toBe(2)
  },
)

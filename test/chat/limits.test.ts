import { describe, expect, it } from 'vitest'
import { CLIENTS, PATIENCE } from './chat-page.ts'
import { prepareChat } from './prepare-chat.ts'

const WORDS = ['1', '2', '3', '4', '5', '6']

const getWorld = prepareChat({ limits: { maxLength: 20, burst: 3, perSecond: 1 } })

describe.each(CLIENTS)('the %s client', (_, path) => {
  it('says why a message was not taken, and takes it back or tries again', async () => {
    const { open, taken } = getWorld()
    const chat = await open(path)
    const { page, text } = chat
    await chat.say('This is longer than that.')
    await chat.shows('Not sent: This is longer than that.')
    await chat.reads('.problem', 'Not sent. It has 25 characters, and 20 are allowed.')
    expect(await page.getByRole('alert').textContent()).toContain('20 are allowed')
    await page.getByRole('button', { name: 'Edit' }).press('Enter')
    await chat.shows()
    expect([await chat.focused(), await text.inputValue()]).toEqual(['Message', 'This is longer than that.'])

    await text.fill('')
    await chat.sayInARow(WORDS)
    await chat.reads('.problem', 'Not sent. That was too fast: 1 messages a second are allowed.')
    const again = page.getByRole('button', { name: 'Try again' })
    // As somebody does who is told "in a moment", and told again when that was too soon.
    const tried = async (): Promise<string[]> => {
      if ((await again.count()) > 0) await again.first().click()
      return taken().sort()
    }
    await expect.poll(tried, { ...PATIENCE, interval: 300 }).toEqual(WORDS)
    await chat.reads('.problem', /^$/)
  })
})

it('lets go of a message that the server hangs up on, and of no other', async () => {
  const { open, taken } = getWorld()
  const chat = await open('/')
  await chat.say('x'.repeat(9_000))
  await chat.say('short')
  await chat.reads('.problem', 'Not sent. It is far too long: the server hung up on it.')
  await expect.poll(() => taken(), PATIENCE).toEqual(['short'])
  await chat.arrives()
})

import { describe, expect, it } from 'vitest'
import { CLIENTS, PATIENCE } from './chat-page.ts'
import { prepareChat } from './prepare-chat.ts'

const getWorld = prepareChat()

describe.each(CLIENTS)('the %s client', (_, path) => {
  it('shows what is said offline as pending, over a reload too, and says it once', async () => {
    const { open, hold, taken, heard } = getWorld()
    const [page, witness] = await Promise.all([open(path), open('/')])
    await page.context.setOffline(true)
    const { release } = hold()
    await page.becomes('suspended')
    await page.say('one')
    await page.say('two')
    await page.shows('Pending: one', 'Pending: two')

    await page.context.setOffline(false)
    await page.page.reload()
    await page.shows('Pending: one', 'Pending: two')
    await page.isRefused()
    await release()
    await page.comesBack()
    await page.shows('Acknowledged: one', 'Acknowledged: two')
    await page.page.reload()
    await page.shows('Acknowledged: one', 'Acknowledged: two')
    expect(taken()).toEqual(['one', 'two'])
    // Nobody was there to acknowledge them, so they came once.
    expect(heard.filter(({ type }) => type === 'say')).toHaveLength(2)
    await witness.comesBack()
    await witness.shows('one', 'two')
  })

  it('sees a restart: 1001, a countdown, 1012, "try now", and back', async () => {
    const { open, hold, chat } = getWorld()
    const page = await open(path)
    await page.say('before')
    await page.shows('Acknowledged: before')
    const { release } = hold()
    await page.reads('.banner', /^The server is startingnext try in [1-9] s/)
    await page.say('meanwhile')
    await page.shows('Acknowledged: before', 'Pending: meanwhile')
    // What is read aloud: each message, and the state without its countdown.
    expect(await page.page.locator('.banner').getByRole('status').textContent()).toBe(
      'The server is starting',
    )
    expect(await page.page.getByRole('log').getByText('meanwhile').count()).toBe(1)
    await release()
    await page.tryNow.press('Enter')
    expect(await page.focused()).toBe('Message')
    await page.shows('Acknowledged: before', 'Acknowledged: meanwhile')

    // Where it is there again in time, nobody has to do anything.
    await chat.restart()
    await page.arrives()
    await page.say('after')
    await page.shows('Acknowledged: before', 'Acknowledged: meanwhile', 'Acknowledged: after')
  })

  it('meets others in a room, and sees who is there and who types', async () => {
    const { open, heard, hold } = getWorld()
    const [page, other] = await Promise.all([open(path), open('/react/')])
    const names = await Promise.all([page.name(), other.name()])
    await expect.poll(async () => (await page.members()).length, PATIENCE).toBe(2)
    expect(await page.members()).toEqual([`${names[0]} (you)`, names[1]])

    await page.text.pressSequentially('Hello there')
    await other.reads('.typing', `${names[0]} is typing…`)
    expect(heard.filter(({ type }) => type === 'typing').length).toBeLessThanOrEqual(2)
    await page.text.press('Enter')
    await other.shows('Hello there')
    await other.reads('.typing', /^$/)
    await other.say('Hello to you')
    await page.shows('Acknowledged: Hello there', 'Hello to you')

    const { release } = hold()
    await page.isRefused()
    const before = heard.length
    for (const words of ['a', '', 'b', '', 'c', '']) await page.text.fill(words)
    await page.say('d')
    await release()
    await page.comesBack()
    await page.shows('Acknowledged: Hello there', 'Hello to you', 'Acknowledged: d')
    const said = heard.slice(before).filter(({ type }) => type === 'typing' || type === 'say')
    expect(said.map(({ type }) => type)).toEqual(['typing', 'say'])

    await page.page.getByRole('button', { name: 'galley' }).click()
    await expect.poll(() => page.rows(), PATIENCE).toEqual([])
    await expect.poll(() => page.members(), PATIENCE).toEqual([`${names[0]} (you)`])
    await page.page.getByRole('button', { name: 'lobby' }).click()
    await page.shows('Acknowledged: Hello there', 'Hello to you', 'Acknowledged: d')
  })

  it('can be used by keyboard alone', async () => {
    const { open, taken } = getWorld()
    const chat = await open(path)
    const { page } = chat
    const seen: string[] = []
    for (let count = 0; count < 10; count++) {
      await page.keyboard.press('Tab')
      seen.push(await chat.focused())
      if (seen.at(-1) === 'Message') break
    }
    const rooms = ['lobby', 'galley', 'harbour']
    expect(seen).toEqual(['Plain', 'React', 'Vue', 'Restart server', ...rooms, 'Messages', 'Message'])
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Enter')
    await chat.shows('Acknowledged: By keyboard')
    expect(await chat.focused()).toBe('Message')
    for (let count = 0; count < 3; count++) await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Space')
    const pressed = page.locator('.rooms [aria-pressed=true]')
    await expect.poll(() => pressed.textContent(), PATIENCE).toMatch('galley')
    await chat.shows()
    expect(taken()).toEqual(['By keyboard'])
  })
})

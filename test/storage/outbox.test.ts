import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LAUNCH, launchChromium } from '../support/chromium.ts'
import { numbered, prepareWorld } from './outbox-page.ts'

const COUNT = 100
const world = prepareWorld()
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
beforeEach(async () => {
  context = await browser.newContext()
})
afterEach(() => context.close())

describe('sent offline, and then', () => {
  it('the page is reloaded: all arrive, in order, none twice', async () => {
    const { open, offline, online, received } = world()
    offline()
    const tab = await open(context, { first: 'first' })
    const sent = numbered('m', COUNT)
    await tab.call('send', ...sent)
    await tab.has('stored', COUNT + 1)
    // Loaded again, it sends its first message before it can know what is stored.
    await tab.page.reload()
    online()
    expect(await received(COUNT + 2)).toEqual(['first', ...sent, 'first'])
    await tab.has('stored', 0)
    expect(await received(COUNT + 2)).toHaveLength(COUNT + 2)
  })

  it.each(['right after the send', 'and sends at its pagehide', 'and sends at its visibilitychange'])(
    'the page is reloaded %s: none is lost',
    async (how) => {
      const { open, offline, online, received } = world()
      offline()
      const tab = await open(context)
      const [first = '', ...rest] = numbered('m', 9)
      await tab.call('send', first)
      // The database is open: before that nothing can be stored.
      await tab.has('stored', 1)
      for (const [index, message] of rest.entries()) {
        await tab.becomes('waiting')
        const loaded = tab.page.waitForEvent('load')
        if (how === 'right after the send') await tab.call('sendAndReload', message)
        else {
          await tab.call('sendAtTheEnd', message, how.endsWith('pagehide') ? 'pagehide' : 'visibilitychange')
          await tab.page.reload()
        }
        await loaded
        await tab.has('queued', index + 2)
      }
      online()
      expect(await received(9)).toEqual([first, ...rest])
    },
  )

  // Chromium completes what it is given as a page ends, as a rule: of several transactions the last may be lost.
  it('the page is reloaded right after more than is written in one go: all is given to the database', async () => {
    const { open, offline } = world()
    offline()
    const tab = await open(context, { first: 'first' })
    await tab.has('stored', 1)
    const loaded = tab.page.waitForEvent('load')
    await tab.call('sendAndReload', ...numbered('m', 10 * COUNT))
    await loaded
    expect(await tab.call('givenBefore')).toBe(10 * COUNT + 1)
  })

  it('the page is reloaded while it stores: what was sent behind that is given to the database', async () => {
    const { open, offline } = world()
    offline()
    const tab = await open(context)
    await tab.call('send', 'first')
    await tab.has('stored', 1)
    const loaded = tab.page.waitForEvent('load')
    await tab.call('sendBehindAndReload', 'second', 'behind')
    await loaded
    expect(await tab.call('givenBefore')).toBe(3)
  })

  it.each(['close', 'crash'] as const)('the tab ends (%s): all arrive from the next', async (end) => {
    const { open, offline, online, received } = world()
    offline()
    const tab = await open(context)
    const sent = numbered('m', COUNT)
    await tab.call('send', ...sent)
    await tab.has('stored', COUNT)
    await tab[end]()
    online()
    const next = await open(context, { first: 'next' })
    expect(await received(COUNT + 1)).toEqual([...sent, 'next'])
    await next.has('stored', 0)
  })

  it.each(['is closed', 'crashes'])('the browser %s: all arrive from the next', async (end) => {
    const { open, offline, online, received } = world()
    const profile = await mkdtemp(join(tmpdir(), 'holdfast-profile-'))
    try {
      offline()
      const first = await chromium.launchPersistentContext(profile, LAUNCH)
      const tab = await open(first)
      const sent = numbered('m', COUNT)
      await tab.call('send', ...sent)
      await tab.has('stored', COUNT)
      if (end === 'crashes') await crash(first)
      await first.close()
      online()
      const second = await chromium.launchPersistentContext(profile, LAUNCH)
      const next = await open(second, { first: 'next' })
      expect(await received(COUNT + 1)).toEqual([...sent, 'next'])
      await next.has('stored', 0)
      await second.close()
    } finally {
      await rm(profile, { recursive: true, force: true })
    }
  })

  it('the page is reloaded again and again: none is lost, in order, none twice', async () => {
    const { open, offline, online, received } = world()
    offline()
    const tab = await open(context, { first: 'first' })
    for (let life = 1; life <= 5; life++) {
      await tab.call('send', `life ${life}`)
      await tab.has('stored', 2 * life)
      if (life < 5) await tab.page.reload()
    }
    online()
    const expected = [1, 2, 3, 4, 5].flatMap((life) => ['first', `life ${life}`])
    expect(await received(10)).toEqual(expected)
    await tab.has('stored', 0)
  })

  it('text, bytes and Blobs arrive as they were', async () => {
    const { open, offline, online, received, server } = world()
    offline()
    const tab = await open(context)
    await tab.call('sendKinds')
    await tab.has('stored', 4)
    await tab.page.reload()
    online()
    await received(4)
    expect(server.messages).toEqual([
      'text 🙂',
      Buffer.from([2, 3]),
      Buffer.from([4, 5]),
      Buffer.from('blob'),
    ])
  })

  it('clear() leaves nothing for another life', async () => {
    const { open, offline, online, received } = world()
    offline()
    const tab = await open(context)
    await tab.call('send', ...numbered('m', COUNT))
    await tab.has('stored', COUNT)
    expect(await tab.call('clear')).toBe(COUNT)
    await tab.has('stored', 0)
    await tab.page.reload()
    online()
    await tab.call('send', 'after')
    expect(await received(1)).toEqual(['after'])
  })

  it('close() reports it all, and leaves neither message nor lock', async () => {
    const { open, offline } = world()
    offline()
    const tab = await open(context)
    await tab.call('send', 'former')
    await tab.has('stored', 1)
    await tab.page.reload()
    await tab.call('send', 'own')
    expect(await tab.call('close')).toBe(2)
    expect(await tab.call('stored')).toBe(0)
    expect(await tab.call('locks')).toBe(0)
  })
})

describe('closed with keepStored', () => {
  it.each(['opened again', 'and the page is loaded again', 'beside another tab'])(
    '%s: all is there, without a lock, and arrives in order, none twice',
    async (how) => {
      const { open, offline, online, received } = world()
      offline()
      const tab = await open(context)
      const sent = numbered('m', COUNT)
      await tab.call('send', ...sent)
      expect(await tab.call('leave')).toBe(COUNT)
      expect(await tab.call('stored')).toBe(COUNT)
      expect(await tab.call('locks')).toBe(0)
      if (how === 'opened again') await tab.call('open')
      else if (how === 'beside another tab') await open(context)
      else await tab.page.reload()
      online()
      expect(await received(COUNT)).toEqual(sent)
      await tab.has('stored', 0)
      expect(await tab.errors()).toEqual([])
    },
  )
})

describe('with delivery', () => {
  it('what was written and not acknowledged is sent again by the next life', async () => {
    const { open, received, server } = world()
    const tab = await open(context, { delivers: '' })
    const sent = numbered('m', COUNT)
    await tab.call('send', ...sent)
    expect(await received(COUNT)).toEqual(sent)
    await tab.has('stored', COUNT)
    await tab.close()
    server.onMessage = (socket, data) => socket.send(data)
    const next = await open(context, { delivers: '' })
    expect((await received(2 * COUNT)).slice(COUNT)).toEqual(sent)
    await next.has('stored', 0)
  })
})

describe('two tabs on one name', () => {
  it('each sends its own; when one ends, the other adopts and sends what it has left', async () => {
    const { open, offline, online, received, server } = world()
    offline()
    const a = await open(context)
    const b = await open(context)
    await a.call('send', ...numbered('a', COUNT))
    await b.call('send', ...numbered('b', COUNT))
    await a.has('stored', 2 * COUNT)
    online()
    await received(2 * COUNT)
    for (const connection of [0, 1]) {
      const own = server.received
        .filter((one) => one.connection === connection)
        .map(({ data }) => String(data))
      expect(own).toEqual(numbered(own[0]?.[0] ?? '', COUNT))
    }
    await a.has('stored', 0)

    offline()
    await a.becomes('waiting')
    await b.becomes('waiting')
    await a.call('send', ...numbered('c', COUNT))
    await b.call('send', ...numbered('d', COUNT))
    await a.has('stored', 2 * COUNT)
    await b.close()
    await a.has('queued', 2 * COUNT)
    online()
    const all = await received(4 * COUNT)
    expect(all.slice(2 * COUNT)).toEqual([...numbered('d', COUNT), ...numbered('c', COUNT)])
    await a.has('stored', 0)
    expect(await a.errors()).toEqual([])
  })

  it('a tab that came later and crashed: the first one adopts', async () => {
    const { open, offline, online, received } = world()
    offline()
    const a = await open(context)
    const b = await open(context)
    await b.call('send', ...numbered('b', COUNT))
    await a.has('stored', COUNT)
    await b.crash()
    await a.has('queued', COUNT)
    online()
    expect(await received(COUNT)).toEqual(numbered('b', COUNT))
    await a.has('stored', 0)
  })
})

describe('a browser that does not store', () => {
  const failing: [string, string, (page: Page) => Promise<unknown>][] = [
    [
      'since opening fails, as in some private modes',
      'STORAGE InvalidStateError',
      (page) =>
        page.addInitScript(() => {
          IDBFactory.prototype.open = () => {
            throw new DOMException('A mutation operation was attempted.', 'InvalidStateError')
          }
        }),
    ],
    [
      'since it has no IndexedDB',
      'STORAGE Error',
      (page) => page.addInitScript(() => Reflect.deleteProperty(globalThis, 'indexedDB')),
    ],
    [
      'since it has no Web Locks, as in an insecure context',
      'STORAGE Error',
      (page) => page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks')),
    ],
  ]

  it.each(failing)('%s: sends from memory, and tells STORAGE', async (_, error, prepare) => {
    const { open, received } = world()
    const tab = await open(context, { first: 'first' }, prepare)
    await tab.call('send', ...numbered('m', COUNT))
    expect(await received(COUNT + 1)).toEqual(['first', ...numbered('m', COUNT)])
    expect(await tab.errors()).toEqual([error])
  })

  it('any more, since the quota is reached: goes on in memory, and sends nothing twice', async () => {
    const { open, offline, online, received, origin, server } = world()
    offline()
    const tab = await open(context, {}, async (page) => {
      const session = await context.newCDPSession(page)
      // Before the first write: what is left of the quota is remembered for a while.
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 })
    })
    await tab.call('send', 'stored')
    await tab.has('stored', 1)
    await tab.call('sendLarge', 1_000_000)
    await expect.poll(() => tab.errors(), { timeout: 10_000 }).toEqual(['STORAGE QuotaExceededError'])
    await tab.call('send', 'in memory')
    online()
    await received(3)
    expect(server.messages.map(({ length }) => length)).toEqual([6, 1_000_000, 9])
    await tab.has('stored', 0)
    await tab.page.reload()
    await tab.becomes('open')
    expect(await received(3)).toHaveLength(3)
  })
})

/** The whole browser crashes, all of its processes at once. */
async function crash(running: BrowserContext): Promise<void> {
  const session = await running.browser()?.newBrowserCDPSession()
  const closed = running.waitForEvent('close')
  // It is never answered.
  session?.send('Browser.crash').catch(() => undefined)
  await closed
}

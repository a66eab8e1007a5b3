import 'fake-indexeddb/auto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FakeLocks } from '../../../../test/unit/fake-locks.ts'
import { outboxStorageContract, type StorageUnderTest } from '../testing/index.ts'
import { openDatabase } from './database.ts'
import type { StorageHost } from './host.ts'
import { indexedDbOutbox } from './index.ts'
import { IndexedDbOutbox } from './indexed-db-outbox.ts'
import type { OutboxStorage } from './outbox-storage.ts'
import type { StoredMessage } from './stored-message.ts'

const WAIT = { timeout: 5_000, interval: 5 }
let count = 0

/** A browser with pages, each with a storage on one name. */
function browser() {
  const locks = new FakeLocks()
  const name = `test ${++count}`
  const channels = new Set<BroadcastChannel>()
  let sessions = 0
  const open = () => {
    const page = locks.page()
    const host: StorageHost = {
      locks: page.locks,
      channel(channelName) {
        const channel = new BroadcastChannel(channelName)
        channels.add(channel)
        const close = channel.close.bind(channel)
        channel.close = () => {
          channels.delete(channel)
          close()
        }
        return channel
      },
      session: () => `session ${++sessions}`,
    }
    return { storage: new IndexedDbOutbox(name, () => host), kill: page.kill }
  }
  return { locks, name: `holdfast-outbox:${name}`, channels, open }
}

function underTest(): StorageUnderTest {
  const { open } = browser()
  const deaths = new Map<OutboxStorage, () => void>()
  return {
    create() {
      const { storage, kill } = open()
      deaths.set(storage, kill)
      return storage
    },
    kill: (storage) => deaths.get(storage)?.(),
  }
}

const put = (...texts: string[]) => ({
  put: texts.map((data) => ({ order: ++count * 1_000, data })),
  remove: [],
})
const texts = (messages: readonly StoredMessage[]) => messages.map(({ data }) => data)
const ignore = () => undefined

afterEach(() => vi.unstubAllGlobals())

describe('the contract of a storage', () => {
  it.each(outboxStorageContract)('indexedDbOutbox $name', ({ run }) => run(underTest()))
})

describe('several tabs on one name', () => {
  it('adopt the messages of those who died, all in one order of time, and keep each tab’s own', async () => {
    const { open } = browser()
    const [a, b] = [open(), open()]
    await a.storage.open(ignore)
    await b.storage.open(ignore)
    await a.storage.write({ put: [1, 3, 5].map((order) => ({ order, data: `a${order}` })), remove: [] })
    await b.storage.write({ put: [2, 3, 4].map((order) => ({ order, data: `b${order}` })), remove: [] })
    // Their locks are free at once, and nobody lived to see it.
    a.kill()
    b.kill()
    const messages = await open().storage.open(ignore)
    const got = texts(messages)
    expect(got.filter((text) => text !== 'a3' && text !== 'b3')).toEqual(['a1', 'b2', 'b4', 'a5'])
    expect([...got].sort()).toEqual(['a1', 'a3', 'a5', 'b2', 'b3', 'b4'])
    expect(messages.map(({ order }) => order)).toEqual([-6, -5, -4, -3, -2, -1])
  })

  it('adopt more than is put in one go, all in order', async () => {
    const { open } = browser()
    const first = open()
    await first.storage.open(ignore)
    const all = Array.from({ length: 600 }, (_, n) => `${n}`)
    await first.storage.write(put(...all))
    first.kill()
    const next = open()
    expect(texts(await next.storage.open(ignore))).toEqual(all)
    next.kill()
    expect(texts(await open().storage.open(ignore))).toEqual(all)
  })

  it('adopt from a tab that came later, before what was adopted earlier', async () => {
    const { open } = browser()
    const heir = open()
    const orders: number[] = []
    const got: unknown[] = []
    await heir.storage.open((messages) => {
      got.push(...texts(messages))
      orders.push(...messages.map(({ order }) => order))
    })
    for (const text of ['first', 'second']) {
      const later = open()
      await later.storage.open(ignore)
      await later.storage.write(put(text, `${text}, too`))
      later.kill()
      await vi.waitFor(() => expect(got).toContain(`${text}, too`), WAIT)
    }
    expect(got).toEqual(['first', 'first, too', 'second', 'second, too'])
    expect(orders).toEqual([-2, -1, -4, -3])
  })

  it('hand each message on once, however many wait for it', async () => {
    const { open, locks } = browser()
    const got: unknown[] = []
    const heirs = [open(), open(), open()]
    for (const { storage } of heirs) {
      await storage.open((messages) => void got.push(...texts(messages)))
    }
    const dying = open()
    await dying.storage.open(ignore)
    await dying.storage.write(put('a', 'b'))
    // All wait for all: 3 others each.
    await vi.waitFor(() => expect(locks.waiting).toBe(12), WAIT)
    dying.kill()
    await vi.waitFor(() => expect(locks.waiting).toBe(6), WAIT)
    expect(got).toEqual(['a', 'b'])
  })

  it('adopt nothing from one that closed with nothing left', async () => {
    const { open, locks } = browser()
    const [a, b] = [open(), open()]
    const adopted = vi.fn()
    await a.storage.open(adopted)
    await b.storage.open(ignore)
    await vi.waitFor(() => expect(locks.waiting).toBe(2), WAIT)
    await b.storage.close()
    await vi.waitFor(() => expect([locks.held, locks.waiting]).toEqual([1, 0]), WAIT)
    expect(adopted).not.toHaveBeenCalled()
  })
})

describe('close()', () => {
  it('leaves no lock, no request for one, no channel and no connection', async () => {
    const { open, locks, channels, name } = browser()
    const [a, b] = [open(), open()]
    await a.storage.open(ignore)
    await b.storage.open(ignore)
    await vi.waitFor(() => expect(locks.waiting).toBe(2), WAIT)
    await a.storage.close()
    await b.storage.close()
    expect([locks.held, locks.waiting, channels.size]).toEqual([0, 0, 0])
    // It would be blocked by a connection that is open.
    await new Promise((resolve, reject) => {
      const deleted = indexedDB.deleteDatabase(name)
      deleted.onsuccess = resolve
      deleted.onblocked = () => reject(new Error('blocked'))
    })
  })

  it('amid open() makes it reject, and leaves nothing', async () => {
    const { open, locks, channels } = browser()
    const { storage } = open()
    const opened = storage.open(ignore)
    await storage.close()
    await expect(opened).rejects.toThrow()
    await vi.waitFor(() => expect([locks.held, locks.waiting, channels.size]).toEqual([0, 0, 0]), WAIT)
  })
})

describe('what can go wrong', () => {
  it('a second connection on one storage is refused, and the first goes on', async () => {
    const { storage } = browser().open()
    await storage.open(ignore)
    await expect(storage.open(ignore)).rejects.toThrow('open already')
    await storage.write(put('a'))
  })

  it('a write fails as a whole', async () => {
    const { open } = browser()
    const [first, next] = [open(), open()]
    await first.storage.open(ignore)
    const [a, b] = put('a', 'b').put
    const uncloneable = { ...b, data: (() => undefined) as never, order: 5 }
    await expect(
      first.storage.write({ put: [a ?? { order: 1, data: '' }, uncloneable], remove: [] }),
    ).rejects.toThrow()
    first.kill()
    expect(await next.storage.open(ignore)).toEqual([])
  })

  it('a newer version in another tab is let through, and writes are refused from then on', async () => {
    const { open, name } = browser()
    const { storage } = open()
    await storage.open(ignore)
    const newer = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 2)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    await expect(storage.write(put('a'))).rejects.toThrow('newer version')
    await storage.close()
    // And one of version 1 says why it cannot open.
    await expect(open().storage.open(ignore)).rejects.toMatchObject({ name: 'VersionError' })
    newer.close()
  })

  it('another tab that keeps an older version open makes open() reject, and nothing is left open', async () => {
    const { name } = browser()
    const older = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(name, 1)
      request.onsuccess = () => resolve(request.result)
    })
    await expect(openDatabase(name, ignore, 2)).rejects.toThrow('older version')
    older.close()
    await new Promise((resolve, reject) => {
      const deleted = indexedDB.deleteDatabase(name)
      deleted.onsuccess = resolve
      deleted.onblocked = reject
    })
  })

  it('a host without IndexedDB, and one without Web Locks, reject at open()', async () => {
    const storage = indexedDbOutbox({ name: 'none' })
    vi.stubGlobal('navigator', {})
    await expect(storage.open(ignore)).rejects.toThrow('Web Locks')
    vi.stubGlobal('indexedDB', undefined)
    await expect(storage.open(ignore)).rejects.toThrow('IndexedDB')
    await storage.close()
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a number', { name: 5 }],
  ])('a bad option throws CONFIGURATION: %s', (_, options) => {
    expect(() => indexedDbOutbox(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  })
})

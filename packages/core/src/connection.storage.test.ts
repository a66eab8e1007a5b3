import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'
import {
  altered,
  held,
  leftIn,
  queueIn,
  setUpWaiting,
  storageOf,
  storeWith,
} from '../../../test/unit/storage-of.ts'
import { json } from './codec.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { MemoryStore, memoryOutbox } from './testing/index.ts'

/** Nothing of ours is left; the fake server's answers to a dial and a close frame take 1 ms. */
async function quiet(clock: World['clock']): Promise<void> {
  await clock.advance(1)
  expect(clock.pending).toBe(0)
}

describe('what a former life has left', () => {
  it('goes before what was sent before it was known', async () => {
    const store = await storeWith('a', 'b')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock, eventsOf } = setUp(queueIn(storage))
    connection.send('c')
    await clock.advance(10)
    connection.send('d')
    expect(server.messages).toEqual([])
    release()
    await clock.advance(0)
    expect(server.messages).toEqual(['a', 'b', 'c', 'd'])
    expect(eventsOf('restored')).toMatchObject([{ count: 2, bytes: 2, messages: ['a', 'b'] }])
    expect(connection.outbox).toMatchObject({ accepted: 4, written: 4, queued: 0 })
    await clock.advance(50)
    expect(store.size).toBe(0)
  })

  it('is not told of where there is none', async () => {
    const { clock, eventsOf, connection } = setUp(queueIn(memoryOutbox()))
    await clock.advance(10)
    expect(connection.state.status).toBe('open')
    expect(eventsOf('restored')).toEqual([])
  })

  it('is in the report of close(), and not there any more', async () => {
    const store = await storeWith('a', 'b')
    const { connection, server, clock } = setUp(queueIn(memoryOutbox(store)))
    server.hang()
    await clock.advance(1)
    connection.send('c')
    const { undelivered } = await connection.close()
    expect(undelivered).toEqual(['a', 'b', 'c'])
    expect(store.size).toBe(0)
    await quiet(clock)
  })

  it.each([
    ['is in it also where that becomes known only then', 'closed', ['a', 'b', 'c']],
    ['is not in it where clear() was called before, and not there any more', 'cleared', ['c']],
  ])('%s', async (_, how, undelivered) => {
    const store = await storeWith('a', 'b')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, clock, eventsOf } = setUp(queueIn(storage))
    await clock.settle()
    if (how === 'cleared') expect(connection.clear()).toBe(0)
    connection.send('c')
    const closed = connection.close()
    release()
    expect((await closed).undelivered).toEqual(undelivered)
    expect(eventsOf('dropped').map(({ message, reason }) => [message, reason])).toEqual([
      ['c', 'closed'],
      ['a', how],
      ['b', how],
    ])
    expect(connection.outbox).toMatchObject({ accepted: 3, dropped: 3, queued: 0 })
    expect(store.size).toBe(0)
    await quiet(clock)
  })

  it('goes out before close() does, also where it becomes known only then', async () => {
    const store = await storeWith('a', 'b')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock } = setUp(queueIn(storage))
    await clock.advance(1)
    const closed = connection.close()
    await clock.advance(100)
    expect(connection.state.status).toBe('closing')
    release()
    await clock.advance(10)
    expect(await closed).toMatchObject({ undelivered: [], wasClean: true })
    expect(server.messages).toEqual(['a', 'b'])
    expect(store.size).toBe(0)
    await quiet(clock)
  })

  it('is dropped by clear(), stored and queued', async () => {
    const store = await storeWith('a')
    const { connection, server, clock } = setUp(queueIn(memoryOutbox(store)))
    server.hang()
    await clock.advance(0)
    connection.send('b')
    expect(connection.clear()).toBe(2)
    await clock.advance(10)
    expect(store.size).toBe(0)
  })

  it('is dropped by clear() also where it becomes known later; what is sent afterwards is kept', async () => {
    const store = await storeWith('a', 'b')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock, eventsOf } = setUp(queueIn(storage))
    await clock.advance(1)
    connection.send('c')
    expect(connection.clear()).toBe(1)
    connection.send('d')
    release()
    await clock.advance(20)
    expect(server.messages).toEqual(['d'])
    expect(eventsOf('dropped').map(({ message, reason }) => [message, reason])).toEqual([
      ['c', 'cleared'],
      ['a', 'cleared'],
      ['b', 'cleared'],
    ])
    await clock.advance(50)
    expect(store.size).toBe(0)
  })

  /** The first `open()` fails when it is told to, which may be in the next life. */
  function failingFirst(storage: OutboxStorage) {
    let fail = (): void => undefined
    const failed = new Promise<never>((_, reject) => (fail = () => reject(new Error('broken'))))
    let opened = 0
    return {
      storage: altered(storage, { open: (adopt) => (opened++ === 0 ? failed : storage.open(adopt)) }),
      fail,
    }
  }

  it('goes first in the next life, too, whose storage of the life before fails late', async () => {
    const { storage, fail } = failingFirst(memoryOutbox(await storeWith('a', 'b')))
    const { connection, server, clock } = setUp(queueIn(storage))
    await clock.settle()
    void connection.close()
    connection.open()
    connection.send('c')
    await clock.advance(5)
    fail()
    await clock.advance(100)
    expect(server.messages).toEqual(['a', 'b', 'c'])
  })

  it('is dropped by clear() in the next life, too, whose storage of the life before fails late', async () => {
    const { storage, fail } = failingFirst(memoryOutbox(await storeWith('a', 'b')))
    const { connection, server, clock, eventsOf } = setUp(queueIn(storage))
    await clock.settle()
    void connection.close()
    connection.open()
    connection.clear()
    await clock.advance(5)
    fail()
    await clock.advance(100)
    expect(server.messages).toEqual([])
    expect(eventsOf('dropped')).toMatchObject([
      { message: 'a', reason: 'cleared' },
      { message: 'b', reason: 'cleared' },
    ])
  })

  it('is told as restored before one of it is told as replaced', async () => {
    const store = new MemoryStore()
    const former = memoryOutbox(store)
    const first = setUp(queueIn(former))
    first.server.hang()
    await first.clock.advance(1)
    first.connection.send('old', { key: 'k' })
    await first.clock.advance(10)
    former.kill()
    const { storage, release } = held(memoryOutbox(store))
    const { connection, clock, events } = setUp(queueIn(storage))
    await clock.settle()
    connection.send('new', { key: 'k' })
    release()
    await clock.advance(10)
    const told = events.filter(({ type }) => type === 'restored' || type === 'dropped')
    expect(told).toMatchObject([
      { type: 'restored', messages: ['old'] },
      { type: 'dropped', message: 'old', reason: 'replaced' },
    ])
    expect(connection.outbox).toMatchObject({ accepted: 2, dropped: 1, written: 1 })
  })

  it('is dropped by clear() before the first dial, which it does not bring about', async () => {
    const store = await storeWith('a')
    const { connection, clock } = setUp({ ...queueIn(memoryOutbox(store)), lazy: true })
    connection.clear()
    await clock.advance(20)
    expect(connection.state.status).toBe('idle')
    expect(store.size).toBe(0)
    await connection.close()
    await quiet(clock)
  })

  it('comes when another owner dies, before all that waits', async () => {
    const store = new MemoryStore()
    const other = memoryOutbox(store)
    await other.open(() => undefined)
    await other.write({ put: [{ order: 1, data: 'theirs' }], remove: [] })
    const { connection, server, clock, handshake } = setUp(queueIn(memoryOutbox(store)))
    server.hang()
    await handshake()
    connection.send('ours')
    other.kill()
    server.accept()
    await clock.advance(50)
    expect(server.messages).toEqual(['theirs', 'ours'])
    expect(store.size).toBe(0)
  })

  it('is read by the codec, for whoever looks at it', async () => {
    const store = await storeWith('{"id":1}', 'no JSON')
    const { connection } = setUp({ ...queueIn(memoryOutbox(store)), codec: json() })
    connection.open()
    expect((await connection.close()).undelivered).toEqual([{ id: 1 }, 'no JSON'])
  })

  it('expires by its time', async () => {
    const store = new MemoryStore()
    const former = memoryOutbox(store)
    await former.open(() => undefined)
    const expiresAt = 1_700_000_000_000 + 100
    await former.write({ put: [{ order: 1, data: 'a', expiresAt }], remove: [] })
    former.kill()
    const { server, clock, eventsOf } = setUp(queueIn(memoryOutbox(store)))
    server.hang()
    await clock.advance(150)
    expect(eventsOf('dropped')).toMatchObject([{ message: 'a', reason: 'expired' }])
    expect(store.size).toBe(0)
  })
})

describe('a message is stored', () => {
  it('until it has left bufferedAmount', async () => {
    const store = new MemoryStore()
    const { connection, server, clock } = await setUpOpen(queueIn(memoryOutbox(store)))
    server.stall()
    connection.send('a')
    await clock.advance(20)
    expect(connection.outbox).toMatchObject({ written: 1, queued: 0 })
    expect(store.size).toBe(1)
    server.drain(Infinity)
    await clock.advance(100)
    expect(store.size).toBe(0)
  })

  it('at once while the page is hidden: it may end, and its timers come late', async () => {
    const store = new MemoryStore()
    let see = (_isSeen: boolean): void => undefined
    const environment: Options['environment'] = {
      visibility(set) {
        see = set
        return () => undefined
      },
    }
    const { connection, server, clock } = setUp({ ...queueIn(memoryOutbox(store)), environment })
    server.hang()
    await clock.advance(0)
    connection.send('a')
    await clock.settle()
    expect(store.size).toBe(0)
    see(false)
    await clock.settle()
    expect(store.size).toBe(1)
    connection.send('b')
    await clock.settle()
    expect(store.size).toBe(2)
    see(true)
    connection.send('c')
    await clock.settle()
    expect(store.size).toBe(2)
    await clock.advance(10)
    expect(store.size).toBe(3)
  })

  it('still, where a loss has brought it back', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = await setUpOpen(queueIn(storage))
    server.stall()
    connection.send('a')
    connection.send('b')
    server.drop()
    server.hang()
    await clock.advance(20)
    expect(connection.outbox).toMatchObject({ recovered: 2, queued: 2 })
    expect(await leftIn(store, storage)).toEqual(['a', 'b'])
  })

  it('until it is acknowledged, with delivery', async () => {
    const store = new MemoryStore()
    const { connection, server, clock } = await setUpOpen({
      ...queueIn(memoryOutbox(store)),
      delivery: { id: String, acknowledged: String },
    })
    connection.send('a')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['a'])
    expect(store.size).toBe(1)
    server.send('a')
    await clock.advance(10)
    expect(store.size).toBe(0)
  })

  it('not at all where it leaves at once', async () => {
    let writes = 0
    const storage = memoryOutbox()
    const counted = altered(storage, {
      write(changes) {
        writes += 1
        return storage.write(changes)
      },
    })
    const { connection, server, clock } = await setUpOpen(queueIn(counted))
    for (let i = 0; i < 1_000; i++) connection.send(`${i}`)
    await clock.advance(100)
    expect(server.messages).toHaveLength(1_000)
    expect(writes).toBe(0)
  })

  it('in the place of the one that its key replaced', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp(queueIn(storage))
    server.hang()
    connection.send('cursor 1', { key: 'cursor' })
    connection.send('text')
    await clock.advance(20)
    connection.send('cursor 2', { key: 'cursor' })
    connection.send('cursor 3', { key: 'cursor' })
    await clock.advance(20)
    expect(await leftIn(store, storage)).toEqual(['cursor 3', 'text'])
  })
})

describe('a storage that fails', () => {
  const FULL = new DOMException('No room.', 'QuotaExceededError')

  it('to open: sends from memory, and tells STORAGE', async () => {
    const storage = storageOf({
      open: () => Promise.reject(FULL),
      write: () => Promise.reject(FULL),
      close: () => Promise.reject(FULL),
    })
    const { connection, server, clock, errors } = setUp(queueIn(storage))
    connection.send('a')
    await clock.advance(1)
    connection.send('b')
    expect(server.messages).toEqual(['a', 'b'])
    expect(errors).toMatchObject([{ code: 'STORAGE', cause: FULL }])
    const closed = connection.close()
    await clock.advance(1)
    expect(await closed).toMatchObject({ undelivered: [] })
    await quiet(clock)
  })

  it('to write: goes on in memory, and sends nothing twice in another life', async () => {
    const store = new MemoryStore()
    const inner = memoryOutbox(store)
    let isFull = false
    const storage = altered(inner, {
      write: (changes) => (isFull && changes.put.length > 0 ? Promise.reject(FULL) : inner.write(changes)),
    })
    const { connection, server, clock, errors, handshake } = await setUpWaiting(storage)
    isFull = true
    connection.send('b')
    await clock.advance(20)
    connection.send('c')
    expect(errors).toMatchObject([{ code: 'STORAGE', cause: FULL }])
    expect(store.size).toBe(1)
    server.accept()
    await handshake()
    await clock.advance(50)
    expect(server.messages).toEqual(['a', 'b', 'c'])
    expect(store.size).toBe(0)
    expect(errors).toHaveLength(1)
  })
})

describe('a life that begins before the last has let go', () => {
  it('is stored too, and has a report of its own', async () => {
    const store = await storeWith('a')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock } = setUp(queueIn(storage))
    server.hang()
    await clock.settle()
    connection.send('b')
    const first = connection.close()
    connection.open()
    connection.send('c')
    release()
    expect((await first).undelivered).toEqual(['a', 'b'])
    await clock.advance(20)
    expect(store.size).toBe(1)
    expect(connection.outbox.queued).toBe(1)
    expect((await connection.close()).undelivered).toEqual(['c'])
    expect(store.size).toBe(0)
    await quiet(clock)
  })

  it('settles the close() before it: opened again amid the closing handshake, while a storage restores', async () => {
    const store = await storeWith('a')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock } = await setUpOpen(queueIn(storage))
    connection.send('b')
    const closed = connection.close(undefined, '', { drainTimeout: 5 })
    await clock.advance(5)
    expect(connection.state.status).toBe('closing')
    connection.open()
    await clock.advance(1)
    release()
    await clock.advance(20)
    expect((await closed).undelivered).toEqual(['a', 'b'])
    connection.send('c')
    await clock.advance(100)
    expect(server.messages).toEqual(['c'])
    const last = connection.close()
    await clock.advance(5)
    expect(await last).toMatchObject({ undelivered: [], unconfirmed: [] })
    expect(store.size).toBe(0)
    await quiet(clock)
  })

  it('settles every close() of a quick sequence, though the storage never answers', async () => {
    const storage = storageOf({
      open: () => new Promise(() => undefined),
      write: () => new Promise(() => undefined),
      close: () => new Promise(() => undefined),
    })
    const { connection, server, clock } = setUp(queueIn(storage))
    server.hang()
    await clock.settle()
    const reports: unknown[] = []
    for (const text of ['a', 'b', 'c']) {
      connection.send(text)
      void connection.close().then(({ undelivered }) => reports.push(undelivered))
      connection.open()
    }
    void connection.close().then(({ undelivered }) => reports.push(undelivered))
    await clock.advance(60_000)
    expect(reports).toEqual([['a'], ['b'], ['c'], []])
    await quiet(clock)
  })

  it('is stored also where the last one had still to remove something', async () => {
    const store = new MemoryStore()
    const { connection, clock } = await setUpWaiting(memoryOutbox(store))
    const first = connection.close()
    connection.open()
    connection.send('b')
    expect((await first).undelivered).toEqual(['a'])
    await clock.advance(20)
    await clock.advance(20)
    expect(store.size).toBe(1)
    expect((await connection.close()).undelivered).toEqual(['b'])
  })
})

describe('life after life', () => {
  it('over one store: everything arrives once, in order', async () => {
    const store = new MemoryStore()
    const arrived: unknown[] = []
    for (let life = 0; life < 3; life++) {
      const storage = memoryOutbox(store)
      const { connection, server, clock } = setUp(queueIn(storage))
      if (life < 2) server.hang()
      connection.send(`${life}.1`)
      connection.send(`${life}.2`)
      await clock.advance(20)
      arrived.push(...server.messages)
      if (life === 1) await clock.advance(1)
      storage.kill()
    }
    expect(arrived).toEqual(['0.1', '0.2', '1.1', '1.2', '2.1', '2.2'])
  })
})

describe('a subscriber of outbox$', () => {
  it.each([0, 2])('leaves no frame behind close(), with %i messages left by another life', async (left) => {
    const store = await storeWith(...['a', 'b'].slice(0, left))
    const { connection, clock, server } = setUp(queueIn(memoryOutbox(store)))
    connection.outbox$.subscribe()
    server.hang()
    let hasSettled = false
    connection.close().then(() => {
      hasSettled = true
    })
    while (!hasSettled) await clock.advance(0)
    await quiet(clock)
  })
})

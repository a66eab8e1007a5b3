import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'
import { altered, held, storageOf, storeWith } from '../../../test/unit/storage-of.ts'
import { json } from './codec.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { MemoryStore, memoryOutbox } from './testing/index.ts'

const queue = (storage: OutboxStorage) => ({ queue: { storage } })

/** Nothing of ours is left; the fake server's answers to a dial and a close frame take 1 ms. */
async function quiet(clock: World['clock']): Promise<void> {
  await clock.advance(1)
  expect(clock.pending).toBe(0)
}

/** Its report, however long that takes. */
async function closedIn<Report>(clock: World['clock'], closed: Promise<Report>): Promise<Report> {
  await clock.advance(20_000)
  return closed
}

/** What the next life would find. */
async function leftIn(store: MemoryStore, storage: { kill(): void }): Promise<unknown[]> {
  storage.kill()
  const messages = await memoryOutbox(store).open(() => undefined)
  return messages.map(({ data }) => data)
}

describe('what a former life has left', () => {
  it('goes before what was sent before it was known', async () => {
    const store = await storeWith('a', 'b')
    const { storage, release } = held(memoryOutbox(store))
    const { connection, server, clock, eventsOf } = setUp(queue(storage))
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
    const { clock, eventsOf, connection } = setUp(queue(memoryOutbox()))
    await clock.advance(10)
    expect(connection.state.status).toBe('open')
    expect(eventsOf('restored')).toEqual([])
  })

  it('is in the report of close(), and not there any more', async () => {
    const store = await storeWith('a', 'b')
    const { connection, server, clock } = setUp(queue(memoryOutbox(store)))
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
    const { connection, clock, eventsOf } = setUp(queue(storage))
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
    const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, server, clock } = setUp(queue(memoryOutbox(store)))
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
    const { connection, server, clock, eventsOf } = setUp(queue(storage))
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
    const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, server, clock, eventsOf } = setUp(queue(storage))
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
    const first = setUp(queue(former))
    first.server.hang()
    await first.clock.advance(1)
    first.connection.send('old', { key: 'k' })
    await first.clock.advance(10)
    former.kill()
    const { storage, release } = held(memoryOutbox(store))
    const { connection, clock, events } = setUp(queue(storage))
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
    const { connection, clock } = setUp({ ...queue(memoryOutbox(store)), lazy: true })
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
    const { connection, server, clock, handshake } = setUp(queue(memoryOutbox(store)))
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
    const { connection } = setUp({ ...queue(memoryOutbox(store)), codec: json() })
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
    const { server, clock, eventsOf } = setUp(queue(memoryOutbox(store)))
    server.hang()
    await clock.advance(150)
    expect(eventsOf('dropped')).toMatchObject([{ message: 'a', reason: 'expired' }])
    expect(store.size).toBe(0)
  })
})

describe('a message is stored', () => {
  it('until it has left bufferedAmount', async () => {
    const store = new MemoryStore()
    const { connection, server, clock } = await setUpOpen(queue(memoryOutbox(store)))
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
    const { connection, server, clock } = setUp({ ...queue(memoryOutbox(store)), environment })
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
    const { connection, server, clock } = await setUpOpen(queue(storage))
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
      ...queue(memoryOutbox(store)),
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
    const { connection, server, clock } = await setUpOpen(queue(counted))
    for (let i = 0; i < 1_000; i++) connection.send(`${i}`)
    await clock.advance(100)
    expect(server.messages).toHaveLength(1_000)
    expect(writes).toBe(0)
  })

  it('in the place of the one that its key replaced', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, server, clock, errors } = setUp(queue(storage))
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
    const { connection, server, clock, errors, handshake } = setUp(queue(storage))
    server.hang()
    connection.send('a')
    await clock.advance(20)
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
    const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, server, clock } = await setUpOpen(queue(storage))
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
    const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, server, clock } = setUp(queue(memoryOutbox(store)))
    server.hang()
    connection.send('a')
    await clock.advance(20)
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

describe('close() that leaves what is stored', () => {
  const keepStored = { keepStored: true }

  it('tells it as stored, and the next connection sends it in order', async () => {
    const store = await storeWith('a')
    const storage = memoryOutbox(store)
    const { connection, server, clock, eventsOf } = setUp(queue(storage))
    server.hang()
    await clock.advance(1)
    connection.send('b')
    const delivered = connection.deliver('c').catch((error: unknown) => error)
    // The last one is not written yet.
    expect(store.size).toBe(1)
    expect(await connection.close(1000, '', keepStored)).toMatchObject({
      stored: ['a', 'b', 'c'],
      undelivered: [],
      unconfirmed: [],
    })
    expect(eventsOf('dropped').map(({ message, reason }) => [message, reason])).toEqual([
      ['a', 'stored'],
      ['b', 'stored'],
      ['c', 'stored'],
    ])
    expect(await delivered).toMatchObject({ code: 'DROPPED', reason: 'stored' })
    expect(connection.outbox).toMatchObject({ accepted: 3, dropped: 3, queued: 0 })
    await quiet(clock)
    const next = setUp(queue(storage))
    await next.clock.advance(50)
    expect(next.server.messages).toEqual(['a', 'b', 'c'])
    expect(store.size).toBe(0)
  })

  it('is sent by the same connection, too, where it is opened again', async () => {
    const { connection, server, clock } = setUp(queue(memoryOutbox()))
    server.hang()
    connection.send('a')
    await clock.advance(20)
    void connection.close(1000, '', keepStored)
    connection.open()
    connection.send('b')
    server.accept()
    await clock.advance(50)
    expect(server.messages).toEqual(['a', 'b'])
    expect(await closedIn(clock, connection.close())).not.toHaveProperty('stored')
  })

  it('drains first: what has left is not there any more', async () => {
    const store = new MemoryStore()
    const { connection, server, clock } = await setUpOpen(queue(memoryOutbox(store)))
    await clock.advance(10)
    connection.send('a')
    const report = await closedIn(clock, connection.close(1000, '', keepStored))
    expect(report).toMatchObject({ stored: [], undelivered: [], wasClean: true })
    expect(server.messages).toEqual(['a'])
    expect(store.size).toBe(0)
  })

  it('leaves what no acknowledgement has come for, which is in no doubt then', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock, eventsOf } = await setUpOpen({
      ...queue(storage),
      delivery: { id: (message) => message as string, acknowledged: () => undefined },
    })
    await clock.advance(10)
    connection.send('a')
    await clock.advance(20)
    expect(server.messages).toEqual(['a'])
    const report = await closedIn(clock, connection.close(1000, '', { ...keepStored, drainTimeout: 10 }))
    expect(report).toMatchObject({ stored: ['a'], undelivered: [], unconfirmed: [] })
    expect(eventsOf('unconfirmed')).toEqual([])
    expect(await leftIn(store, storage)).toEqual(['a'])
  })

  it('leaves what another life has left, where it is not known yet', async () => {
    const store = await storeWith('a', 'b')
    const memory = memoryOutbox(store)
    const { storage, release } = held(memory)
    const { connection, clock, eventsOf } = setUp(queue(storage))
    await clock.settle()
    connection.send('c')
    const closed = connection.close(1000, '', keepStored)
    release()
    expect(await closed).toMatchObject({ stored: ['c'], undelivered: [] })
    expect(eventsOf('restored')).toEqual([])
    expect(await leftIn(store, memory)).toEqual(['a', 'b', 'c'])
  })

  it('removes what clear() was about', async () => {
    const store = await storeWith('a', 'b')
    const memory = memoryOutbox(store)
    const { storage, release } = held(memory)
    const { connection, clock } = setUp(queue(storage))
    await clock.settle()
    connection.clear()
    connection.send('c')
    const closed = connection.close(1000, '', keepStored)
    release()
    expect(await closed).toMatchObject({ stored: ['c'], undelivered: [] })
    expect(await leftIn(store, memory)).toEqual(['c'])
  })

  it('stores what was sent before the first dial', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection } = setUp(queue(storage))
    connection.send('a')
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: ['a'] })
    expect(await leftIn(store, storage)).toEqual(['a'])
  })

  it('leaves no request: it ends with its connection', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp(queue(storage))
    server.hang()
    const failed = connection.request('a', { match: () => false }).catch((error: unknown) => error)
    await clock.advance(20)
    expect(store.size).toBe(1)
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: [], undelivered: ['a'] })
    expect(await failed).toMatchObject({ code: 'CLOSED' })
    expect(await leftIn(store, storage)).toEqual([])
  })

  it('is as any other close() without a storage', async () => {
    const { connection, server, eventsOf } = setUp()
    server.hang()
    connection.send('a')
    expect(await connection.close(1000, '', keepStored)).toEqual({
      code: 1006,
      reason: '',
      wasClean: false,
      undelivered: ['a'],
      unconfirmed: [],
    })
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'closed' }])
  })

  it('is another matter where an ordinary close() is under way', async () => {
    const store = new MemoryStore()
    const { connection, server, clock } = setUp(queue(memoryOutbox(store)))
    server.hang()
    connection.send('a')
    await clock.advance(20)
    const first = connection.close()
    expect(connection.close(1000, '', keepStored)).toBe(first)
    expect(await first).toMatchObject({ undelivered: ['a'] })
    expect(await first).not.toHaveProperty('stored')
    expect(store.size).toBe(0)
    connection.open()
    connection.send('b')
    await clock.advance(20)
    // Of that end no word is left.
    expect(await connection.close()).toMatchObject({ undelivered: ['b'] })
  })

  it.each<[string, (memory: OutboxStorage) => OutboxStorage, string[], string[]]>([
    [
      'has failed to open',
      (memory) => altered(memory, { open: () => Promise.reject(new Error('broken')) }),
      [],
      ['a', 'b', 'c'],
    ],
    ['has taken no more', (memory) => failingFrom(memory, 1, 'b'), ['a'], ['b', 'c']],
    ['fails in the last write', (memory) => failingFrom(memory, 1, 'c'), ['a', 'b'], ['c']],
  ])('reports what is not there as undelivered: the storage %s', async (_, broken, stored, undelivered) => {
    const store = new MemoryStore()
    const memory = memoryOutbox(store)
    const { connection, server, clock, errors } = setUp(queue(broken(memory)))
    server.hang()
    for (const text of ['a', 'b']) {
      await clock.advance(20)
      connection.send(text)
    }
    await clock.advance(20)
    connection.send('c')
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored, undelivered })
    expect(errors).toMatchObject([{ code: 'STORAGE' }])
    expect(await leftIn(store, memory)).toEqual(stored)
  })

  /** Takes nothing any more from a message on, so many times; then it would again. */
  function failingFrom(memory: OutboxStorage, times: number, text: string): OutboxStorage {
    let left = times
    return altered(memory, {
      write: (changes) =>
        left > 0 && changes.put.some(({ data }) => data === text) && left-- > 0
          ? Promise.reject(new Error('full'))
          : memory.write(changes),
    })
  }
})

describe('one connection after another over one storage', () => {
  it('waits until the one before has let go of it, which is still draining', async () => {
    const storage = memoryOutbox()
    const first = await setUpDraining(storage)
    const second = setUp(queue(storage))
    second.connection.send('b')
    await second.clock.advance(20)
    expect(second.connection.state.status).toBe('open')
    expect(second.server.messages).toEqual([])
    await first.advance(60)
    await second.clock.advance(50)
    expect(second.server.messages).toEqual(['a', 'b'])
    expect(second.errors).toEqual([])
  })

  it('also where one between them never opened it', async () => {
    const storage = memoryOutbox()
    const first = await setUpDraining(storage)
    await setUp({ ...queue(storage), lazy: true }).connection.close()
    const third = setUp(queue(storage))
    third.connection.send('b')
    await third.clock.advance(20)
    await first.advance(60)
    await third.clock.advance(50)
    expect(third.server.messages).toEqual(['a', 'b'])
    expect(third.errors).toEqual([])
  })

  it('and where a policy function has closed the one before, twice', async () => {
    const storage = memoryOutbox()
    const first = setUp({
      ...queue(storage),
      reconnect: {
        shouldReconnect: () => {
          void first.connection.close()
          void first.connection.close()
          return undefined
        },
      },
    })
    await first.clock.advance(1)
    first.server.live[0]?.drop()
    await first.clock.advance(60)
    expect(first.connection.state).toMatchObject({ status: 'closed', by: 'user' })
    const second = setUp(queue(storage))
    second.connection.send('a')
    await second.clock.advance(20)
    expect(second.server.messages).toEqual(['a'])
  })

  it('is told where two would have it at a time', async () => {
    const storage = memoryOutbox()
    await setUpOpen(queue(storage))
    const { errors } = await setUpOpen(queue(storage))
    expect(errors).toMatchObject([{ code: 'STORAGE' }])
  })

  /** Its last message is never acknowledged: it gives up, and leaves it, after 50 ms. */
  async function setUpDraining(storage: OutboxStorage): Promise<World['clock']> {
    const { connection, clock } = await setUpOpen({
      ...queue(storage),
      delivery: { id: (message) => message as string, acknowledged: () => undefined },
    })
    connection.send('a')
    await clock.advance(20)
    void connection.close(1000, '', { keepStored: true, drainTimeout: 50 })
    return clock
  }
})

describe('life after life', () => {
  it('over one store: everything arrives once, in order', async () => {
    const store = new MemoryStore()
    const arrived: unknown[] = []
    for (let life = 0; life < 3; life++) {
      const storage = memoryOutbox(store)
      const { connection, server, clock } = setUp(queue(storage))
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
    const { connection, clock, server } = setUp(queue(memoryOutbox(store)))
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

import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'
import {
  altered,
  failingFrom,
  held,
  leftIn,
  queueIn,
  setUpWaiting,
  storeWith,
} from '../../../test/unit/storage-of.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { MemoryStore, memoryOutbox } from './testing/index.ts'

/** Nothing is ever acknowledged. */
const delivery = { id: String, acknowledged: () => undefined }

/** A connection that has sent one message, 'a', which is stored: it is not acknowledged. */
async function setUpUnacknowledged(storage: OutboxStorage): Promise<World> {
  const world = await setUpOpen({ ...queueIn(storage), delivery })
  await world.clock.advance(10)
  world.connection.send('a')
  await world.clock.advance(20)
  return world
}

/** Its report, however long that takes. */
async function closedIn<Report>(clock: World['clock'], closed: Promise<Report>): Promise<Report> {
  await clock.advance(20_000)
  return closed
}

describe('close() that leaves what is stored', () => {
  const keepStored = { keepStored: true }

  it('tells it as stored, and the next connection sends it in order', async () => {
    const store = await storeWith('a')
    const storage = memoryOutbox(store)
    const { connection, server, clock, eventsOf } = setUp(queueIn(storage))
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
    await clock.advance(1)
    expect(clock.pending).toBe(0)
    const next = setUp(queueIn(storage))
    await next.clock.advance(50)
    expect(next.server.messages).toEqual(['a', 'b', 'c'])
    expect(store.size).toBe(0)
  })

  it('is sent by the same connection, too, where it is opened again', async () => {
    const { connection, server, clock } = await setUpWaiting(memoryOutbox())
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
    const { connection, server, clock } = await setUpOpen(queueIn(memoryOutbox(store)))
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
    const { connection, server, clock, eventsOf } = await setUpUnacknowledged(storage)
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
    const { connection, clock, eventsOf } = setUp(queueIn(storage))
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
    const { connection, clock } = setUp(queueIn(storage))
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
    const { connection } = setUp(queueIn(storage))
    connection.send('a')
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: ['a'] })
    expect(await leftIn(store, storage)).toEqual(['a'])
  })

  it('leaves no request: it ends with its connection', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp(queueIn(storage))
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

  it('changes nothing for an ordinary close() that still drains', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, clock } = await setUpUnacknowledged(storage)
    const first = connection.close()
    expect(connection.close(1000, '', keepStored)).toBe(first)
    expect(await closedIn(clock, first)).toMatchObject({ unconfirmed: ['a'] })
    expect(await leftIn(store, storage)).toEqual([])
  })

  it('changes nothing for an ordinary close() that is done', async () => {
    const store = new MemoryStore()
    const { connection, clock } = await setUpWaiting(memoryOutbox(store))
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
    ['has taken no more', (memory) => failingFrom(memory, 'b'), ['a'], ['b', 'c']],
    ['fails in the last write', (memory) => failingFrom(memory, 'c'), ['a', 'b'], ['c']],
  ])('reports what is not there as undelivered: the storage %s', async (_, broken, stored, undelivered) => {
    const store = new MemoryStore()
    const memory = memoryOutbox(store)
    const { connection, server, clock, errors } = setUp(queueIn(broken(memory)))
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

  it('lets another close() under way think better of it: for a log-out nothing is left', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, clock } = await setUpUnacknowledged(storage)
    void connection.close(1000, '', keepStored)
    connection.clear()
    expect(await closedIn(clock, connection.close())).toMatchObject({ unconfirmed: ['a'] })
    expect(await leftIn(store, storage)).toEqual([])
  })

  it('tells of each life what that has left', async () => {
    const { connection, clock } = await setUpWaiting(memoryOutbox())
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: ['a'] })
    connection.open()
    await clock.advance(20)
    connection.clear()
    connection.send('b')
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: ['b'] })
  })

  it('leaves nothing whose time is over while it drains', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, clock, eventsOf } = await setUpOpen({
      ...queueIn(storage),
      delivery: { ...delivery, window: 1 },
    })
    await clock.advance(20)
    connection.send('first')
    const delivered = connection.deliver('late', { timeout: 50 }).catch(({ reason }) => reason)
    connection.send('old', { ttl: 50 })
    await clock.advance(20)
    const report = await closedIn(clock, connection.close(1000, '', keepStored))
    expect(report).toMatchObject({ stored: ['first'], undelivered: [], unconfirmed: [] })
    expect(await delivered).toBe('timeout')
    expect(eventsOf('dropped').map(({ reason }) => reason)).toEqual(['timeout', 'expired', 'stored'])
    expect(await leftIn(store, storage)).toEqual(['first'])
  })

  it('evicts nothing for what comes back from the wire', async () => {
    const store = await storeWith('a', 'b', 'c', 'd')
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp({
      queue: { storage, maxMessages: 2, overflow: 'drop-oldest', highWaterMark: 1 },
    })
    server.stall()
    await clock.advance(20)
    expect(server.connection.bufferedAmount).toBe(1)
    const closed = connection.close(1000, '', { ...keepStored, drainTimeout: 10 })
    server.drop()
    expect(await closedIn(clock, closed)).toMatchObject({ stored: ['a', 'b', 'c', 'd'] })
    expect(await leftIn(store, storage)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('leaves what was too big for this server', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = await setUpUnacknowledged(storage)
    const closed = connection.close(1000, '', keepStored)
    server.close(1009)
    expect(await closedIn(clock, closed)).toMatchObject({ stored: ['a'], undelivered: [] })
    expect(await leftIn(store, storage)).toEqual(['a'])
  })

  it.each([false, true])('resolves a request whose answer is still being read: %s', async (keeps) => {
    let read = (): void => undefined
    const { connection, server, clock, eventsOf } = await setUpOpen({
      ...queueIn(memoryOutbox()),
      codec: {
        encode: (message) => message as string,
        decode: (data) =>
          new Promise((resolve) => {
            read = () => resolve(data)
          }),
      },
    })
    await clock.advance(20)
    const answer = connection.request('question', { match: (message) => message === 'answer', retry: true })
    await clock.advance(20)
    server.send('answer')
    await clock.advance(2)
    const closed = connection.close(1000, '', { keepStored: keeps })
    await clock.advance(100)
    read()
    expect(await answer).toBe('answer')
    expect(await closedIn(clock, closed)).toMatchObject({ undelivered: [], unconfirmed: [] })
    expect(eventsOf('dropped')).toEqual([])
  })

  it.each<[string, string, string[], string[]]>([
    ['had taken the one that it replaces, and then takes no more', 'other', [], ['new', 'other']],
    ['has the one that it replaces, and does not take it', 'new', ['other'], ['new']],
  ])('is told of a message with a key what is so: the storage %s', async (_, text, stored, undelivered) => {
    const store = new MemoryStore()
    const memory = memoryOutbox(store)
    const { connection, server, clock, eventsOf } = setUp(queueIn(failingFrom(memory, text)))
    server.hang()
    await clock.advance(20)
    connection.send('old', { key: 'k' })
    await clock.advance(20)
    connection.send('other')
    await clock.advance(20)
    connection.send('new', { key: 'k' })
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored, undelivered })
    expect(await leftIn(store, memory)).toEqual(stored)
    const reasons = Object.fromEntries(eventsOf('dropped').map(({ message, reason }) => [message, reason]))
    const known = text === 'other' ? { new: 'closed', other: 'closed' } : {}
    expect(reasons).toMatchObject({ old: 'replaced', ...known })
  })

  it('leaves nothing that is told as over, also where the storage takes it late', async () => {
    const store = new MemoryStore()
    const memory = memoryOutbox(store)
    let under = Promise.resolve()
    const world = setUp(
      queueIn(
        altered(memory, {
          write(changes) {
            const isFirst = changes.put.length > 0
            const { setTimeout } = world.clock.environment
            // As a database does: one after the other.
            under = under
              .then(() => new Promise<void>((resolve) => setTimeout(resolve, isFirst ? 6_000 : 0)))
              .then(() => memory.write(changes))
            return under
          },
          close: () => under.then(() => memory.close()),
        }),
      ),
    )
    world.server.hang()
    await world.clock.advance(20)
    world.connection.send('a')
    const report = await closedIn(world.clock, world.connection.close(1000, '', keepStored))
    expect(report).toMatchObject({ stored: [], undelivered: ['a'] })
    expect(await leftIn(store, memory)).toEqual([])
  })

  it('is told what is there, also where nothing can be removed any more', async () => {
    const store = new MemoryStore()
    const memory = memoryOutbox(store)
    let isBroken = false
    const { connection, server, clock } = setUp(
      queueIn(
        altered(memory, {
          write: (changes) => (isBroken ? Promise.reject(new Error('broken')) : memory.write(changes)),
        }),
      ),
    )
    server.hang()
    await clock.advance(20)
    connection.send('a')
    connection.request('question', { match: () => false }).catch(() => undefined)
    await clock.advance(20)
    isBroken = true
    connection.send('b')
    const report = await closedIn(clock, connection.close(1000, '', keepStored))
    expect(report).toMatchObject({ stored: ['a'], undelivered: ['question', 'b'] })
    expect(await leftIn(store, memory)).toEqual(['a', 'question'])
  })

  it('reports as undelivered what was for a storage that fails to open only then', async () => {
    let fail = (): void => undefined
    const failed = new Promise<never>((_, reject) => {
      fail = () => reject(new Error('broken'))
    })
    const { connection, clock, errors } = setUp(queueIn(altered(memoryOutbox(), { open: () => failed })))
    await clock.settle()
    connection.send('a')
    const closed = connection.close(1000, '', keepStored)
    fail()
    expect(await closed).toMatchObject({ stored: [], undelivered: ['a'] })
    expect(errors).toMatchObject([{ code: 'STORAGE' }])
  })

  it('opens no storage for nothing', async () => {
    let opened = 0
    const memory = memoryOutbox()
    const { connection } = setUp({
      ...queueIn(
        altered(memory, {
          open(adopt) {
            opened += 1
            return memory.open(adopt)
          },
        }),
      ),
      lazy: true,
    })
    expect(await connection.close(1000, '', keepStored)).toMatchObject({ stored: [] })
    expect(opened).toBe(0)
  })
})

describe('one connection after another over one storage', () => {
  it('waits until the one before has let go of it, which is still draining', async () => {
    const storage = memoryOutbox()
    const first = await setUpDraining(storage)
    const second = setUp(queueIn(storage))
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
    await setUp({ ...queueIn(storage), lazy: true }).connection.close()
    const third = setUp(queueIn(storage))
    third.connection.send('b')
    await third.clock.advance(20)
    await first.advance(60)
    await third.clock.advance(50)
    expect(third.server.messages).toEqual(['a', 'b'])
    expect(third.errors).toEqual([])
  })

  it.each(['twice', 'and opened it in between'])(
    'and where a policy function has closed the one before: %s',
    async (how) => {
      const storage = memoryOutbox()
      let asked = 0
      const first = setUp({
        ...queueIn(storage),
        reconnect: {
          shouldReconnect: () => {
            asked += 1
            void first.connection.close()
            if (how !== 'twice') first.connection.open()
            void first.connection.close()
            return undefined
          },
        },
      })
      await first.clock.advance(10)
      first.server.drop()
      await first.clock.advance(60)
      expect(asked).toBe(1)
      expect(first.connection.state).toMatchObject({ status: 'closed', by: 'user' })
      const second = setUp(queueIn(storage))
      second.connection.send('a')
      await second.clock.advance(20)
      expect(second.server.messages).toEqual(['a'])
      expect(second.errors).toEqual([])
    },
  )

  it('and where the one before has found what nobody can read', async () => {
    let opened = 0
    const memory = memoryOutbox()
    const { storage, release } = held(
      altered(memory, {
        async open(adopt) {
          await memory.open(adopt)
          opened += 1
          return opened === 1 ? [{ order: 1, data: undefined as never }] : []
        },
      }),
    )
    const first = setUp(queueIn(storage))
    await first.clock.settle()
    const closed = first.connection.close()
    release()
    expect(await closedIn(first.clock, closed)).toMatchObject({ undelivered: [] })
    expect(first.errors).toMatchObject([
      { code: 'STORAGE', message: 'queue.storage: Nobody can read it.', cause: expect.any(TypeError) },
    ])
    const second = setUp(queueIn(storage))
    second.connection.send('a')
    await second.clock.advance(20)
    expect(second.server.messages).toEqual(['a'])
  })

  it('waits for one that is not closed yet, and is closed a moment later', async () => {
    const storage = memoryOutbox()
    const first = await setUpWaiting(storage)
    const second = setUp(queueIn(storage))
    second.connection.send('b')
    await second.clock.advance(900)
    await first.connection.close(1000, '', { keepStored: true })
    await second.clock.advance(50)
    expect(second.server.messages).toEqual(['a', 'b'])
    expect(second.errors).toEqual([])
  })

  it('waits no longer than a second for one that stays, and says so: two at a time need two', async () => {
    const storage = memoryOutbox()
    await setUpOpen(queueIn(storage))
    const second = await setUpOpen(queueIn(storage))
    second.connection.send('a')
    await second.clock.advance(990)
    expect(second.errors).toEqual([])
    await second.clock.advance(20)
    expect(second.errors).toMatchObject([{ code: 'STORAGE' }])
    expect(second.server.messages).toEqual(['a'])
  })

  it('leaves no timer where it is closed meanwhile', async () => {
    const storage = memoryOutbox()
    await setUpOpen(queueIn(storage))
    const second = await setUpOpen(queueIn(storage))
    second.connection.send('a')
    const report = await closedIn(second.clock, second.connection.close(1000, '', { drainTimeout: 0 }))
    expect(report).toMatchObject({ undelivered: ['a'] })
    expect(second.clock.pending).toBe(0)
  })

  /** Its last message is never acknowledged: it gives up, and leaves it, after 50 ms. */
  async function setUpDraining(storage: OutboxStorage): Promise<World['clock']> {
    const { connection, clock } = await setUpUnacknowledged(storage)
    void connection.close(1000, '', { keepStored: true, drainTimeout: 50 })
    return clock
  }
})

import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  answerAtOnce,
  type Options,
  setUp as setUpWorld,
  tellLate,
  type World,
} from '../../../test/unit/set-up.ts'
import { json } from './codec.ts'
import { connect } from './connect.ts'
import { HoldfastError } from './errors.ts'
import { fakeServer, MemoryStore, memoryOutbox, virtualClock } from './testing/index.ts'

interface Answer {
  id?: number | string
  text?: string
}

const idOf = (message: unknown) => (message as Answer).id
const setUp = (options: Options = {}) => setUpWorld({ codec: json(), ...options })

async function setUpOpen(options?: Options): Promise<World> {
  const world = setUp(options)
  await world.handshake()
  return world
}

/** What became of a promise, once it has; never unhandled. */
function outcome(promise: Promise<unknown>) {
  const seen: { answer?: unknown; error?: HoldfastError; isOver: boolean } = { isOver: false }
  promise.then(
    (answer) => Object.assign(seen, { answer, isOver: true }),
    (error: unknown) => Object.assign(seen, { error, isOver: true }),
  )
  return seen
}

/** JSON that is read when it is told to: a message at each call, in order. */
function slowJson() {
  const pending: (() => void)[] = []
  const decode = (data: unknown): Promise<unknown> =>
    new Promise((resolve) => pending.push(() => resolve(JSON.parse(String(data)))))
  return { codec: { encode: String, decode }, decodeNext: () => pending.shift()?.() }
}

describe('a request', () => {
  it('resolves with the message of its id, which goes to messages$ too', async () => {
    const { connection, server } = await setUpOpen()
    const all: unknown[] = []
    connection.messages$.subscribe((message) => all.push(message))
    const [one, two] = [1, 2].map((id) => connection.request({ id }, { id, idOf }))
    expect(server.messages).toEqual(['{"id":1}', '{"id":2}'])
    server.send('{"id":2,"text":"b"}')
    server.send('{"id":1,"text":"a"}')
    expect(await one).toEqual({ id: 1, text: 'a' })
    expect(await two).toEqual({ id: 2, text: 'b' })
    expect(all).toHaveLength(2)
  })

  it('resolves with the first message that matches', async () => {
    const { connection, server } = await setUpOpen()
    const answer = connection.request('ask', { match: (message) => idOf(message) === 7 })
    for (const text of ['{"id":6}', '{"id":7,"text":"first"}', '{"id":7,"text":"second"}']) server.send(text)
    expect(await answer).toEqual({ id: 7, text: 'first' })
  })

  it('tells numbers from texts, and answers all who wait for one id', async () => {
    const { connection, server, clock } = await setUpOpen()
    const number = outcome(connection.request('ask', { id: 1, idOf }))
    const texts = [1, 2].map(() => outcome(connection.request('ask', { id: '1', idOf })))
    server.send('{"id":"1"}')
    await clock.settle()
    expect(texts.map(({ answer }) => answer)).toEqual([{ id: '1' }, { id: '1' }])
    expect(number.isOver).toBe(false)
  })

  it('finds ids by functions that read them in different ways', async () => {
    const { connection, server, clock } = await setUpOpen()
    const by = (name: string) => (message: unknown) => (message as Record<string, number>)[name]
    const one = outcome(connection.request('ask', { id: 1, idOf: by('a') }))
    const two = outcome(connection.request('ask', { id: 1, idOf: by('b') }))
    server.send('{"b":1}')
    await clock.settle()
    expect([one.isOver, two.answer]).toEqual([false, { b: 1 }])
    server.send('{"b":2,"a":1}')
    await clock.settle()
    expect(one.answer).toEqual({ b: 2, a: 1 })
  })

  it('hears an answer that comes within the call', async () => {
    const { connection, server, eventsOf } = await setUpOpen()
    answerAtOnce(server, String)
    expect(await connection.request({ id: 1 }, { id: 1, idOf })).toEqual({ id: 1 })
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toEqual([])
  })

  it('keeps its place among what is sent', async () => {
    const { connection, server, handshake } = setUp()
    connection.send('before')
    outcome(connection.request('ask', { id: 1, idOf }))
    connection.send('after')
    await handshake()
    expect(server.messages).toEqual(['"before"', '"ask"', '"after"'])
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 3 })
  })

  it('tells its outcome as an event, without content', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    outcome(connection.request('ask', { id: 1, idOf, timeout: 100 }))
    outcome(connection.request('ask', { id: 2, idOf, timeout: 100 }))
    await clock.advance(30)
    server.send('{"id":1}')
    await clock.advance(100)
    expect(eventsOf('request').map(({ at: _, ...event }) => event)).toEqual([
      { type: 'request', outcome: 'answered', duration: 30, attempts: 1 },
      {
        type: 'request',
        outcome: 'failed',
        duration: 100,
        attempts: 1,
        error: expect.objectContaining({ code: 'DROPPED', reason: 'timeout' }),
      },
    ])
  })

  it('makes a lazy connection dial and stay, and lets it rest when it is over', async () => {
    const { connection, server, clock } = setUp({ lazy: true, idleTimeout: 100 })
    const answer = connection.request('ask', { id: 1, idOf })
    await clock.advance(10_000)
    expect(connection.state.status).toBe('open')
    server.send('{"id":1}')
    await answer
    await clock.advance(101)
    expect(connection.state.status).toBe('idle')
    expect(clock.pending).toBe(0)
  })

  it('counts its answer as observed, and nothing else', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    outcome(connection.request('ask', { id: 1, idOf }))
    for (const id of [2, 1, 3]) server.send(`{"id":${id}}`)
    await clock.advance(20)
    expect(eventsOf('unobserved').map(({ count }) => count)).toEqual([2])
  })
})

describe('a request that gets no answer', () => {
  it('ends after 30 s, or after its timeout', async () => {
    const { connection, clock } = await setUpOpen()
    const usual = outcome(connection.request('ask', { id: 1, idOf }))
    const short = outcome(connection.request('ask', { id: 2, idOf, timeout: 50 }))
    await clock.advance(50)
    expect(short.error).toMatchObject({ code: 'DROPPED', reason: 'timeout' })
    await clock.advance(29_949)
    expect(usual.isOver).toBe(false)
    await clock.advance(1)
    expect(usual.error).toBeInstanceOf(HoldfastError)
    expect(usual.error).toMatchObject({ code: 'DROPPED', reason: 'timeout' })
    // The watch for sleep, which every open connection keeps.
    expect(clock.pending).toBe(1)
  })

  it('takes its message out of the queue with it', async () => {
    const { connection, clock, server, eventsOf } = setUp()
    server.hang()
    const abort = new AbortController()
    const timed = outcome(connection.request('timed', { id: 1, idOf, timeout: 50 }))
    const aborted = outcome(connection.request('aborted', { id: 2, idOf, signal: abort.signal }))
    connection.send('stays')
    abort.abort()
    await clock.advance(50)
    expect(timed.error).toMatchObject({ code: 'DROPPED', reason: 'timeout' })
    expect(aborted.error).toMatchObject({ code: 'DROPPED', reason: 'aborted' })
    expect(eventsOf('dropped')).toMatchObject([
      { message: 'aborted', reason: 'aborted' },
      { message: 'timed', reason: 'timeout' },
    ])
    expect(connection.outbox).toMatchObject({ accepted: 3, dropped: 2, queued: 1 })
    server.accept()
    expect(server.messages).toEqual(['"stays"'])
  })

  it('is aborted with the reason of its signal, also where that was so before', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    const abort = new AbortController()
    const cause = new Error('mine')
    const written = outcome(connection.request('ask', { id: 1, idOf, signal: abort.signal }))
    abort.abort(cause)
    const late = outcome(connection.request('late', { id: 2, idOf, signal: abort.signal }))
    await clock.settle()
    for (const { error } of [written, late]) {
      expect(error).toMatchObject({ code: 'DROPPED', reason: 'aborted', cause })
    }
    expect(server.messages).toEqual(['"ask"'])
    expect(eventsOf('dropped')).toEqual([])
    server.send('{"id":1}')
  })

  it.each([
    ['overflow', { queue: { maxMessages: 1, overflow: 'drop-oldest' } }],
    ['cleared', {}],
    ['expired', { queue: { ttl: 10 } }],
  ] as const)('rejects when the queue drops it: %s', async (reason, options) => {
    const { connection, server, clock } = setUp(options)
    server.hang()
    const seen = outcome(connection.request('ask', { id: 1, idOf }))
    if (reason === 'overflow') connection.send('more')
    if (reason === 'cleared') connection.clear()
    await clock.advance(10)
    expect(seen.error).toMatchObject({ code: 'DROPPED', reason })
  })

  it('rejects when there was no room for it', async () => {
    const { connection, clock } = setUp({ queue: { maxMessages: 1, overflow: 'drop-newest' } })
    connection.send('x')
    const dropped = outcome(connection.request('ask', { id: 1, idOf }))
    await clock.settle()
    expect(dropped.error).toMatchObject({ code: 'DROPPED', reason: 'overflow' })
  })

  it.each<[string, Options, unknown]>([
    ['OVERFLOW', { queue: { maxMessages: 1 } }, 'ask'],
    ['OVERFLOW', { queue: { maxBytes: 4 } }, 'too long'],
    ['ENCODE', {}, 1n],
    ['CLOSED', { queue: false }, 'ask'],
  ])('rejects with what send() throws: %s', async (code, options, message) => {
    const { connection, clock } = setUp(options)
    if (options.queue) connection.send(1)
    const seen = outcome(connection.request(message, { id: 1, idOf }))
    await clock.settle()
    expect(seen.error).toMatchObject({ code })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no way to know the answer', {}],
    ['two ways', { id: 1, idOf, match: () => true }],
    ['an id without idOf', { id: 1 }],
    ['an idOf without id', { idOf }],
    ['a match that is no function', { match: 'x' }],
    ['a negative timeout', { id: 1, idOf, timeout: -1 }],
    ['a signal that is none', { id: 1, idOf, signal: {} }],
    ['a retry that is no boolean', { id: 1, idOf, retry: 'yes' }],
  ])('refuses %s', async (_, options) => {
    const { connection, server } = await setUpOpen()
    await expect(connection.request('ask', options as never)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    expect(server.messages).toEqual([])
  })

  it('leaves no listener with its signal', async () => {
    const { connection, server, clock } = await setUpOpen()
    const listeners: string[] = []
    const signal = Object.assign(new AbortController().signal, {
      addEventListener: () => listeners.push('added'),
      removeEventListener: () => listeners.push('removed'),
    })
    outcome(connection.request('ask', { id: 1, idOf, signal }))
    server.send('{"id":1}')
    await clock.settle()
    expect(listeners).toEqual(['added', 'removed'])
  })
})

describe('a request over a reconnect', () => {
  it('is rejected with the reason, unless it may be sent again', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    const once = outcome(connection.request({ id: 1 }, { id: 1, idOf }))
    const again = outcome(connection.request({ id: 2 }, { id: 2, idOf, retry: true }))
    server.close(1011, 'oops')
    connection.send('queued')
    await clock.advance(1_001)
    expect(once.error).toMatchObject({
      code: 'CLOSED',
      reason: 'closed',
      cause: { code: 1011, reason: 'oops', phase: 'open' },
    })
    expect(server.messages).toEqual(['{"id":1}', '{"id":2}', '{"id":2}', '"queued"'])
    server.send('{"id":2}')
    await clock.settle()
    expect(again.answer).toEqual({ id: 2 })
    expect(eventsOf('request').map(({ attempts }) => attempts)).toEqual([1, 2])
    const { accepted, written, recovered, dropped, queued } = connection.outbox
    expect(accepted + recovered).toBe(written + dropped + queued)
    expect(recovered).toBe(1)
  })

  it('is sent in order, after the channels and before what is queued, as often as it takes', async () => {
    const { connection, server, clock } = await setUpOpen()
    connection.channel({ subscribe: () => 'channel', filter: () => false }).subscribe()
    for (const id of [1, 2]) outcome(connection.request(id, { id, idOf, retry: true }))
    for (let outage = 0; outage < 2; outage++) {
      server.drop()
      connection.send('queued')
      await clock.advance(1_001)
    }
    const life = ['"channel"', '1', '2']
    expect(server.messages).toEqual([...life, ...life, '"queued"', ...life, '"queued"'])
  })

  it('counts an attempt for each time that it was written, and not for the losses that it waited through', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ queue: { highWaterMark: 1 } })
    server.stall()
    const requests = [1, 2].map((id) => outcome(connection.request(id, { id, idOf, retry: true })))
    server.drop()
    server.drain()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['1', '2'])
    for (const id of [1, 2]) server.send(`{"id":${id}}`)
    await clock.settle()
    expect(requests.map(({ answer }) => answer)).toEqual([{ id: 1 }, { id: 2 }])
    expect(eventsOf('request').map(({ attempts }) => attempts)).toEqual([2, 1])
  })

  it('that is sent again is in no doubt, and the others are told as unconfirmed', async () => {
    const { connection, server, eventsOf } = await setUpOpen()
    outcome(connection.request('again', { id: 1, idOf, retry: true }))
    outcome(connection.request('once', { id: 2, idOf }))
    server.drop()
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['once'], count: 1 }])
  })

  it('that was answered is in no doubt, nor is it stored any more', async () => {
    const store = new MemoryStore()
    const { connection, server, clock, eventsOf } = await setUpOpen({
      queue: { keepWritten: 0, storage: memoryOutbox(store) },
    })
    await clock.advance(1)
    server.stall()
    for (const id of [1, 2]) outcome(connection.request(String(id), { id, idOf }))
    await clock.advance(20)
    expect(store.size).toBe(2)
    server.connection.send('{"id":1}')
    await clock.advance(20)
    expect(store.size).toBe(1)
    server.drain()
    connection.send('other')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ count: 0, older: 2 }])
  })

  it('and is answered by what was slow to read leaves the queue as cleared', async () => {
    const { codec, decodeNext } = slowJson()
    const { connection, server, clock, eventsOf } = await setUpOpen({ codec })
    const seen = outcome(connection.request('1', { id: 1, idOf, retry: true }))
    server.send('{"id":1}')
    server.drop()
    decodeNext()
    await clock.settle()
    expect(seen.answer).toEqual({ id: 1 })
    expect(eventsOf('dropped')).toMatchObject([{ message: '1', reason: 'cleared' }])
  })

  it('is not sent twice where it was still queued', async () => {
    const { connection, server, clock } = setUp()
    server.refuse()
    const seen = outcome(connection.request({ id: 1 }, { id: 1, idOf }))
    await clock.advance(500)
    server.accept()
    await clock.advance(1_000)
    expect(server.messages).toEqual(['{"id":1}'])
    server.send('{"id":1}')
    await clock.settle()
    expect(seen.answer).toEqual({ id: 1 })
  })

  it('is lost by reconnect() too', async () => {
    const { connection, clock } = await setUpOpen()
    const seen = outcome(connection.request('ask', { id: 1, idOf }))
    connection.reconnect()
    await clock.advance(1)
    expect(seen.error).toMatchObject({ code: 'CLOSED', reason: 'closed' })
  })

  it('takes an answer that had come and was slow to read, and is not sent again then', async () => {
    const { codec, decodeNext } = slowJson()
    const { connection, server, clock } = await setUpOpen({ codec })
    const once = outcome(connection.request('1', { id: 1, idOf }))
    const again = outcome(connection.request('2', { id: 2, idOf, retry: true }))
    server.send('{"id":1}')
    server.send('{"id":2}')
    server.drop()
    for (let message = 0; message < 2; message++) {
      decodeNext()
      await clock.settle()
    }
    expect([once.answer, again.answer]).toEqual([{ id: 1 }, { id: 2 }])
    await clock.advance(1_001)
    expect(server.messages).toEqual(['1', '2'])
  })
})

describe('a request that was written, and is not sent again after all', () => {
  it.each<[string, (world: World) => unknown]>([
    ['by close()', ({ connection }) => void connection.close(undefined, '', { drainTimeout: 0 })],
    [
      'since nobody waits for it any more',
      async ({ server, clock }) => {
        await clock.advance(1_000)
        server.drop()
      },
    ],
  ])('is unconfirmed: %s', async (_, act) => {
    const world = await setUpOpen({ closeTimeout: 10 })
    const { connection, server, clock, eventsOf } = world
    const retried = outcome(connection.request('1', { id: 1, idOf, retry: true, timeout: 1_000 }))
    server.answersClose = false
    await act(world)
    await clock.advance(100)
    expect(retried.error).toMatchObject({ reason: expect.stringMatching('closed|timeout') })
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['1'], count: 1 }])
  })
})

describe('a request at the end', () => {
  it('is rejected by close() also where it was sent after a stop', async () => {
    const { connection, server, clock } = await setUpOpen({ reconnect: { shouldReconnect: () => 'stop' } })
    server.drop()
    const seen = outcome(connection.request('queued', { id: 1, idOf }))
    expect(await connection.close()).toMatchObject({ undelivered: ['queued'] })
    await clock.settle()
    expect(seen.error).toMatchObject({ code: 'CLOSED', reason: 'closed' })
    expect(clock.pending).toBe(0)
  })

  it('still takes an answer that had come and was slow to read', async () => {
    const { codec, decodeNext } = slowJson()
    const { connection, server, clock } = await setUpOpen({
      reconnect: { shouldReconnect: () => 'stop' },
      codec,
    })
    const seen = outcome(connection.request('1', { id: 1, idOf, retry: true }))
    server.send('{"id":1}')
    server.drop()
    await clock.settle()
    expect([connection.state.status, seen.isOver]).toEqual(['closed', false])
    decodeNext()
    await clock.settle()
    expect(seen.answer).toEqual({ id: 1 })
  })

  it('leaves nothing on its signal, and no timer', async () => {
    const { connection, server, clock } = await setUpOpen()
    const before = clock.pending
    const { signal } = new AbortController()
    const answer = connection.request('ask', { id: 1, idOf, signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    server.send('{"id":1}')
    await answer
    expect(getEventListeners(signal, 'abort')).toEqual([])
    answerAtOnce(server, () => '{"id":2}')
    await connection.request('ask', { id: 2, idOf, signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(clock.pending).toBe(before)
  })

  it('during an outage is unconfirmed where it was written, and undelivered where it was not', async () => {
    const { connection, server, clock } = await setUpOpen()
    outcome(connection.request('written', { id: 1, idOf, retry: true }))
    server.drop()
    outcome(connection.request('queued', { id: 2, idOf, retry: true }))
    const report = connection.close()
    await clock.settle()
    expect(await report).toMatchObject({ undelivered: ['queued'], unconfirmed: ['written'] })
  })

  it.each(['close()', 'a close code', 'dispose'])('is rejected by %s, queued or not', async (by) => {
    const { connection, server, clock } = await setUpOpen()
    const written = outcome(connection.request('written', { id: 1, idOf, retry: true }))
    server.close(1011)
    await clock.advance(1)
    const queued = outcome(connection.request('queued', { id: 2, idOf }))
    if (by === 'a close code') {
      await clock.advance(1_001)
      server.close(1000)
    } else if (by === 'dispose') await connection[Symbol.asyncDispose]()
    else await connection.close()
    await clock.advance(1)
    for (const { error } of [written, queued]) {
      expect(error).toMatchObject({ code: 'CLOSED', reason: 'closed' })
    }
    expect(connection.outbox.queued).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('may still be answered while close() drains', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.answersClose = false
    const seen = outcome(connection.request('ask', { id: 1, idOf }))
    void connection.close()
    tellLate(server.connection, '{"id":1}')
    await clock.settle()
    expect(seen.answer).toEqual({ id: 1 })
    await clock.advance(10_000)
    expect(clock.pending).toBe(0)
  })

  it('is refused after close()', async () => {
    const { connection } = await setUpOpen()
    void connection.close()
    await expect(connection.request('ask', { id: 1, idOf })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('waits for open() where it is made after a stop, and ends by its timeout', async () => {
    const { connection, server, clock, handshake } = await setUpOpen()
    server.close(1000)
    const late = outcome(connection.request('late', { id: 1, idOf, timeout: 50 }))
    const next = outcome(connection.request('next', { id: 2, idOf }))
    await clock.advance(50)
    expect(late.error).toMatchObject({ reason: 'timeout' })
    connection.open()
    await handshake()
    server.send('{"id":2}')
    await clock.settle()
    expect(next.answer).toEqual({ id: 2 })
    expect(server.messages).toEqual(['"next"'])
  })
})

describe('a request whose functions throw', () => {
  it.each(['match', 'idOf'])('reports %s, goes on waiting and stops nobody', async (name) => {
    const { connection, server, clock, errors } = await setUpOpen()
    const broken = new Error('broken')
    let isBroken = true
    function once<T>(value: T): T {
      if (isBroken) throw broken
      return value
    }
    const bad = outcome(
      connection.request(
        'ask',
        name === 'match' ? { match: () => once(true) } : { id: 1, idOf: () => once(1) },
      ),
    )
    const good = outcome(connection.request('ask', { id: 1, idOf }))
    server.send('{"id":1}')
    await clock.settle()
    expect([bad.isOver, good.answer]).toEqual([false, { id: 1 }])
    expect(errors).toMatchObject([{ code: 'HANDLER', message: `request.${name} threw.`, cause: broken }])
    isBroken = false
    server.send('{"id":1}')
    await clock.settle()
    expect(bad.answer).toEqual({ id: 1 })
  })
})

describe('thousands of requests in flight', () => {
  it.each([
    ['one function', () => idOf],
    ['a function each', () => (message: unknown) => idOf(message)],
  ])('are found with one or two readings an answer: %s', async (_, create) => {
    const COUNT = 5_000
    let calls = 0
    const counted = (read: typeof idOf) => (message: unknown) => {
      calls += 1
      return read(message)
    }
    const shared = counted(idOf)
    const { connection, server } = await setUpOpen()
    const answers = Array.from({ length: COUNT }, (_, id) => {
      const read = create()
      return connection.request(id, { id, idOf: read === idOf ? shared : counted(read) })
    })
    for (let id = COUNT - 1; id >= 0; id--) server.send(`{"id":${id}}`)
    expect((await Promise.all(answers)).map(idOf)).toEqual(answers.map((_, id) => id))
    expect(calls).toBeLessThanOrEqual(2 * COUNT)
  })
})

describe('the type of an answer', () => {
  it('is that of a guard', async () => {
    const clock = virtualClock()
    const server = fakeServer(/^/, { clock, latency: 1 })
    const connection = connect('ws://fake.test', {
      codec: json<{ kind: 'a'; a: number } | { kind: 'b' }, string>(),
      environment: { ...clock.environment, WebSocket: server.WebSocket },
    })
    await clock.advance(1)
    const answer = connection.request('ask', { match: (message) => message.kind === 'a' })
    server.send('{"kind":"b"}')
    server.send('{"kind":"a","a":1}')
    expect((await answer).a).toBe(1)
  })
})

describe('a request with retry among messages with ids', () => {
  const delivery = {
    id: idOf,
    acknowledged: (message: unknown) => (message as { ack?: number }).ack,
  } as never

  it('is sent again in its place', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ delivery })
    connection.send({ id: 1 })
    outcome(connection.request({ text: 'between' }, { match: () => false, retry: true, timeout: 2_000 }))
    connection.send({ id: 3 })
    server.drop()
    await clock.advance(1_001)
    const all = ['{"id":1}', '{"text":"between"}', '{"id":3}']
    expect(server.messages).toEqual([...all, ...all])
    await clock.advance(2_000)
    expect(eventsOf('request')).toMatchObject([{ attempts: 2 }])
  })

  it('is sent again in its place, too, where it is not among the newest that are kept', async () => {
    const { connection, server, clock } = await setUpOpen({ delivery, queue: { keepWritten: 0 } })
    connection.send({ id: 1 })
    outcome(connection.request({ text: 'between' }, { match: () => false, retry: true }))
    connection.send({ id: 3 })
    await clock.advance(100)
    server.drop()
    await clock.advance(1_001)
    const all = ['{"id":1}', '{"text":"between"}', '{"id":3}']
    expect(server.messages).toEqual([...all, ...all])
  })

  it('that is acknowledged while it waits, and lost once more, is counted once', async () => {
    const { connection, server, clock } = await setUpOpen({
      delivery,
      queue: { highWaterMark: 1 },
    })
    connection.send({ id: 1 })
    outcome(connection.request({ id: 2 }, { match: () => false, retry: true }))
    await clock.advance(100)
    server.stall()
    server.drop()
    connection.channel({ subscribe: () => 'fills the buffer', filter: () => false }).subscribe()
    await clock.advance(1_001)
    server.send('{"ack":2}')
    expect(connection.outbox).toMatchObject({ queued: 1, acknowledged: 1 })
    server.drop()
    const { queued, accepted, recovered, written, dropped } = connection.outbox
    expect(accepted + recovered).toBe(written + dropped + queued)
    // The answer is still to come.
    expect(queued).toBe(2)
    expect(connection.clear()).toBe(2)
    expect(connection.outbox.queued).toBe(0)
  })
})

describe('a request with retry', () => {
  it('that a stop has ended is not sent by the next life', async () => {
    const store = new MemoryStore()
    const storage = memoryOutbox(store)
    const { connection, server, clock } = setUp({ queue: { storage }, reconnect: false })
    server.hang()
    const pay = outcome(connection.request('pay', { match: () => false, retry: true }))
    await clock.advance(100)
    expect(store.size).toBe(1)
    server.stall()
    server.accept()
    // Read, before the next look at the native buffer would find that it has left.
    server.connection.drain(Infinity)
    server.drop()
    await clock.advance(100)
    expect(pay.error).toMatchObject({ code: 'CLOSED' })
    expect(store.size).toBe(0)
  })

  it('that a stop has ended is not sent by the next life, though a message is still read', async () => {
    let decode = (): void => undefined
    const { connection, server, clock } = await setUpOpen({
      codec: { encode: String, decode: () => new Promise((resolve) => (decode = () => resolve('slow'))) },
    })
    connection.state$.subscribe(({ status }) => {
      if (status === 'closed') connection.open()
    })
    const pay = outcome(connection.request('pay', { match: () => false, retry: true }))
    server.send('slow')
    server.close(4403)
    await clock.advance(100)
    expect(server.messages).toEqual(['pay'])
    decode()
    await clock.advance(1)
    expect(pay.error).toMatchObject({ code: 'CLOSED', reason: 'closed' })
  })

  it('whose socket is lost within the native send() is sent again', async () => {
    const { connection, server, clock } = await setUpOpen()
    const { socket } = server.connection
    socket.send = () => server.drop()
    const request = outcome(
      connection.request('question', { match: (text) => text === 'answer', retry: true }),
    )
    await clock.advance(1_001)
    expect(server.messages).toEqual(['"question"'])
    server.send('"answer"')
    await clock.settle()
    expect(request.answer).toBe('answer')
  })

  it('is over where its signal was aborted within the call', async () => {
    const controller = new AbortController()
    const { connection, server, clock } = setUp({
      codec: {
        encode(message) {
          controller.abort()
          return String(message)
        },
        decode: String,
      },
    })
    const { signal } = controller
    const request = outcome(connection.request('question', { match: () => false, signal, timeout: Infinity }))
    const receipt = outcome(connection.deliver('message', { signal: controller.signal }))
    await clock.advance(100)
    expect(request.error).toMatchObject({ reason: 'aborted' })
    expect(receipt.error).toMatchObject({ reason: 'aborted' })
    expect(server.messages).toEqual([])
  })
})

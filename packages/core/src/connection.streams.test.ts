import { inspect } from 'node:util'
import { firstValueFrom, map, repeat, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'
import { type Codec, json } from './codec.ts'

/** What a subscriber of a stream sees, in words. */
function watch<T>(stream: { subscribe(observer: object): { unsubscribe(): void } }) {
  const values: T[] = []
  const ends: string[] = []
  const subscription = stream.subscribe({
    next: (value: T) => values.push(value),
    error: () => ends.push('error'),
    complete: () => ends.push('complete'),
  })
  return { values, ends, unsubscribe: () => subscription.unsubscribe() }
}

/** Text that starts with `slow` is decoded when `finish` is called. */
function slowCodec() {
  const pending: (() => void)[] = []
  const codec: Codec<unknown, unknown> = {
    encode: String,
    decode(data) {
      if (!String(data).startsWith('slow')) return data
      return new Promise((resolve) => pending.push(() => resolve(data)))
    },
  }
  return { codec, finish: () => pending.shift()?.() }
}

describe('state$', () => {
  it('begins with the current state, for everyone', async () => {
    const { connection } = await setUpOpen()
    expect(watch(connection.state$).values).toEqual([connection.state])
    expect(await firstValueFrom(connection.state$)).toBe(connection.state)
  })

  it('tells every state, also through the end and a new life', async () => {
    const { connection, statuses, handshake } = await setUpOpen()
    void connection.close()
    await handshake()
    connection.open()
    await handshake()
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'closing', 'closed', 'connecting', 'open'])
  })

  it('is one Observable for life', () => {
    const { connection } = setUp()
    expect(connection.state$).toBe(connection.state$)
  })

  it('can be taken from once', async () => {
    const { connection, handshake } = setUp()
    const seen = watch(connection.state$.pipe(take(1)))
    await handshake()
    expect(seen).toMatchObject({ values: [{ status: 'idle' }], ends: ['complete'] })
  })
})

describe('messages$', () => {
  it('is hot: what came before is not told again', async () => {
    const { connection, server } = await setUpOpen()
    const early = watch(connection.messages$)
    server.send('1')
    const late = watch(connection.messages$)
    server.send('2')
    early.unsubscribe()
    server.send('3')
    expect(early.values).toEqual(['1', '2'])
    expect(late.values).toEqual(['2', '3'])
  })

  it('goes on through losses', async () => {
    const { connection, server, clock } = await setUpOpen()
    const { values, ends } = watch(connection.messages$)
    server.send('1')
    server.close(1011)
    await clock.advance(1_001)
    server.send('2')
    expect(values).toEqual(['1', '2'])
    expect(ends).toEqual([])
  })

  it.each([
    ['close()', 'user'],
    ['a close code', 'verdict'],
    ['maxAttempts', 'attempts'],
  ])('completes at the end by %s', async (_, by) => {
    const { connection, server, clock } = await setUpOpen({ reconnect: { maxAttempts: 1 } })
    const { ends } = watch(connection.messages$)
    if (by === 'user') void connection.close()
    else server.drop(by === 'verdict' ? 1000 : 1006)
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'closed', by })
    expect(ends).toEqual(['complete'])
  })

  it('that is subscribed to while closed waits for open()', async () => {
    const { connection, server, handshake } = await setUpOpen()
    server.close(1000)
    const { values, ends } = watch(connection.messages$)
    expect(ends).toEqual([])
    connection.open()
    await handshake()
    server.send('again')
    expect(values).toEqual(['again'])
    server.close(1000)
    expect(ends).toEqual(['complete'])
  })

  it('that is subscribed to as the end is told waits for open()', async () => {
    const { connection, server } = await setUpOpen()
    const ends: string[][] = []
    connection.state$.subscribe(({ status }) => {
      if (status === 'closed') ends.push(watch(connection.messages$).ends)
    })
    server.close(1000)
    expect(ends).toEqual([[]])
  })

  it('can be repeated for one life after the other', async () => {
    const { connection, server, handshake } = await setUpOpen()
    const { values, ends } = watch(connection.messages$.pipe(repeat()))
    server.send('1')
    server.close(1000)
    connection.open()
    await handshake()
    server.send('2')
    expect(values).toEqual(['1', '2'])
    expect(ends).toEqual([])
  })

  it('completes only once all that came has been told', async () => {
    const { codec, finish } = slowCodec()
    const { connection, server, clock } = await setUpOpen({ codec })
    const { values, ends } = watch(connection.messages$)
    server.send('slow 1')
    server.send('2')
    server.close(1000)
    expect(connection.state.status).toBe('closed')
    expect([values, ends]).toEqual([[], []])
    finish()
    await clock.settle()
    expect(values).toEqual(['slow 1', '2'])
    expect(ends).toEqual(['complete'])
  })

  it('of a new life is not ended by messages of the last one that were slow', async () => {
    const { codec, finish } = slowCodec()
    const { connection, server, clock } = await setUpOpen({ codec })
    server.send('slow 1')
    server.close(1000)
    connection.open()
    const { ends } = watch(connection.messages$)
    await clock.advance(1)
    finish()
    await clock.settle()
    expect(connection.state.status).toBe('open')
    expect(ends).toEqual([])
  })

  it('completes at once after dispose()', async () => {
    const { connection, handshake } = await setUpOpen()
    const disposed = connection[Symbol.asyncDispose]()
    await handshake()
    await disposed
    expect(watch(connection.messages$)).toMatchObject({ values: [], ends: ['complete'] })
  })
})

describe('messages that nobody is subscribed to', () => {
  it('are counted in an event, at most once a frame', async () => {
    const { server, clock, eventsOf } = await setUpOpen()
    for (const data of ['1', '2', '3']) server.send(data)
    expect(eventsOf('unobserved')).toEqual([])
    await clock.advance(16)
    server.send('4')
    await clock.advance(16)
    expect(eventsOf('unobserved').map(({ count }) => count)).toEqual([3, 1])
  })

  it('are told before the end, with no timer left', async () => {
    const { server, clock, events, eventsOf } = await setUpOpen()
    server.send('1')
    server.close(1000)
    expect(eventsOf('unobserved')).toMatchObject([{ count: 1 }])
    expect(events.map(({ type }) => type)).toContain('unobserved')
    expect(clock.pending).toBe(0)
  })

  it('are told also where they were slow to decode and the end has come', async () => {
    const { codec, finish } = slowCodec()
    const { server, clock, eventsOf } = await setUpOpen({ codec })
    server.send('slow')
    server.close(1000)
    finish()
    await clock.settle()
    expect(eventsOf('unobserved')).toMatchObject([{ count: 1 }])
    expect(clock.pending).toBe(0)
  })
})

describe('outbox$', () => {
  it('begins with the numbers of now', async () => {
    const { connection } = await setUpOpen()
    connection.send('x')
    expect(watch(connection.outbox$).values).toMatchObject([{ accepted: 1, written: 1, queued: 0 }])
  })

  it('tells at most once a frame, and the last numbers', async () => {
    const { connection, clock, server } = await setUpOpen()
    const { values } = watch(connection.outbox$)
    server.drain()
    for (let i = 0; i < 100; i++) connection.send('x')
    expect(values).toHaveLength(1)
    await clock.advance(16)
    expect(values).toHaveLength(2)
    expect(values[1]).toMatchObject({ accepted: 100, written: 100 })
    await clock.advance(1_000)
    expect(values).toHaveLength(2)
  })

  it('follows the native buffer, which empties without an event', async () => {
    const { connection, clock, server } = await setUpOpen()
    const { values } = watch<{ nativeBufferedAmount: number }>(connection.outbox$)
    server.stall()
    connection.send('12345')
    await clock.advance(32)
    expect(values.at(-1)?.nativeBufferedAmount).toBe(5)
    server.drain(Infinity)
    await clock.advance(16)
    expect(values.at(-1)?.nativeBufferedAmount).toBe(0)
    expect(clock.pending).toBe(2) // 'stable', and the watch for sleep
  })

  it('costs no frame while nobody listens', async () => {
    const { connection, clock } = await setUpOpen()
    const before = clock.pending
    connection.send('x')
    expect(clock.pending).toBe(before)
    const { unsubscribe } = watch(connection.outbox$)
    connection.send('x')
    unsubscribe()
    await clock.advance(16)
    expect(clock.pending).toBe(before)
  })

  it('tells the last numbers with the end, and leaves no timer', async () => {
    const { connection, clock, handshake } = setUp()
    const { values, ends } = watch(connection.outbox$)
    connection.send('x')
    await connection.close()
    expect(values.at(-1)).toMatchObject({ accepted: 1, dropped: 1, queued: 0 })
    expect(ends).toEqual([])
    expect(clock.pending).toBe(0)
    connection.open()
    await handshake()
    connection.send('y')
    await clock.advance(16)
    expect(values.at(-1)).toMatchObject({ accepted: 2, written: 1, dropped: 1 })
  })
})

/** A URL function that quotes something, at this call and all after it. */
function failingFrom(call: number): () => string {
  let calls = 0
  return () => {
    calls += 1
    if (calls >= call) throw new Error('CONTENT')
    return 'ws://fake.test/'
  }
}

describe('events$', () => {
  it('tells all that happens, with its time', async () => {
    const { events, clock, server } = await setUpOpen()
    const start = clock.now() - 1
    await clock.advance(500)
    server.close(1011, 'oops')
    expect(events).toMatchObject([
      {
        type: 'state',
        at: start,
        state: { status: 'connecting' },
        previous: { status: 'idle' },
        duration: 0,
      },
      { type: 'state', at: start + 1, state: { status: 'open' }, duration: 1 },
      {
        type: 'lost',
        at: start + 501,
        close: { code: 1011, reason: 'oops' },
        verdict: 'retry',
        delay: 1_000,
      },
      { type: 'state', at: start + 501, state: { status: 'waiting' }, duration: 500 },
    ])
  })

  it.each<[string, Options, (world: World) => unknown]>([
    [
      'of a dial that failed',
      { url: failingFrom(1), reconnect: { maxAttempts: 2 } },
      ({ clock }) => clock.advance(2_000),
    ],
    [
      'of a handover that failed',
      { url: failingFrom(2) },
      ({ connection }) => connection.reconnect('', { handover: true }),
    ],
    [
      'of a message that could not be read',
      {
        codec: json({
          reviver: () => {
            throw new Error('CONTENT')
          },
        }) as never,
      },
      ({ server }) => server.send('1'),
    ],
  ])('carries no cause of an error, which errors$ does: %s', async (_, options, act) => {
    const world = setUp(options)
    await world.clock.advance(5)
    await act(world)
    await world.clock.settle()
    expect(inspect(world.errors, { depth: Infinity })).toContain('CONTENT')
    expect(inspect(world.events, { depth: Infinity })).toContain('HoldfastError')
    expect(inspect(world.events, { depth: Infinity })).not.toContain('CONTENT')
  })

  it('tells an end without a delay', async () => {
    const { eventsOf, server } = await setUpOpen()
    server.close(1000)
    const [lost] = eventsOf('lost')
    expect(lost).toMatchObject({ verdict: 'stop', close: { code: 1000, wasClean: true, phase: 'open' } })
    expect(lost).not.toHaveProperty('delay')
  })

  it.each([
    [5_000, 0],
    [5_001, 1],
  ])('tells timers that come late, over 5 s only (%i ms)', async (lateBy, count) => {
    const { clock, eventsOf, server } = await setUpOpen()
    server.drop()
    clock.sleep(1_000 + lateBy)
    await clock.advance(0)
    expect(eventsOf('late')).toHaveLength(count)
    if (count > 0) expect(eventsOf('late')).toMatchObject([{ timer: 'retry', by: lateBy }])
  })

  it('tells of a late expiry too', async () => {
    const { clock, connection, server, eventsOf } = setUp({ connectTimeout: 60_000 })
    server.hang()
    await clock.advance(1)
    connection.send('x', { ttl: 100 })
    clock.sleep(10_000)
    await clock.advance(0)
    expect(eventsOf('late')).toMatchObject([{ timer: 'expiry', by: 9_900 }])
  })
})

describe('every stream', () => {
  const STREAMS = ['state$', 'messages$', 'outbox$', 'events$', 'errors$'] as const

  it.each(STREAMS)('%s never errors, and completes at dispose', async (name) => {
    const { connection, server, clock } = await setUpOpen({
      codec: { encode: String, decode: () => Promise.reject(new Error('bad')) },
    })
    const { ends } = watch(connection[name])
    server.send('x')
    await clock.settle()
    server.drop(1006)
    server.refuse()
    await clock.advance(5_000)
    server.hang()
    await clock.advance(20_000)
    expect(ends).toEqual([])
    const disposed = connection[Symbol.asyncDispose]()
    await clock.advance(1)
    await disposed
    expect(ends).toEqual(['complete'])
    expect(watch(connection[name]).ends).toEqual(['complete'])
    expect(clock.pending).toBe(0)
  })

  it.each(STREAMS.filter((name) => name !== 'messages$'))('%s goes on through closed', async (name) => {
    const { connection, server, handshake } = await setUpOpen()
    const { ends } = watch(connection[name])
    server.close(1000)
    connection.open()
    await handshake()
    void connection.close()
    await handshake()
    expect(ends).toEqual([])
  })

  it.each(STREAMS)('%s is told no more to who has unsubscribed', async (name) => {
    const { connection, server, clock } = await setUpOpen({ codec: { encode: String, decode: thrower } })
    function thrower(): never {
      throw new Error('bad')
    }
    const { values, unsubscribe } = watch(connection[name])
    const before = values.length
    unsubscribe()
    server.send('x')
    server.drop()
    await clock.advance(2_000)
    expect(values).toHaveLength(before)
  })

  it.each<[string, number, (next: () => void) => unknown]>([
    ['a function', 1, (next) => next],
    ['an observer', 1, (next) => ({ next })],
    ['an observer without next', 0, () => ({})],
    ['null', 0, () => null],
    ['nothing', 0, () => undefined],
  ])('takes %s', async (_, told, observerOf) => {
    const { connection, server, errors } = await setUpOpen()
    let count = 0
    const observer = observerOf(() => {
      count += 1
    })
    const subscription = connection.messages$.subscribe(observer as never)
    server.send('x')
    expect(count).toBe(told)
    expect(errors).toEqual([])
    expect(subscription.closed).toBe(false)
  })

  it('takes three functions, as rxjs still does', async () => {
    const { connection, server } = await setUpOpen()
    const seen: unknown[] = []
    connection.messages$.subscribe(
      (message) => seen.push(message),
      () => seen.push('error'),
      () => seen.push('complete'),
    )
    server.send('x')
    server.close(1000)
    expect(seen).toEqual(['x', 'complete'])
  })

  it('works with the operators of rxjs', async () => {
    const { connection, server } = await setUpOpen()
    const all = firstValueFrom(
      connection.messages$.pipe(
        map((message) => `<${message}>`),
        take(2),
        toArray(),
      ),
    )
    server.send('1')
    server.send('2')
    expect(await all).toEqual(['<1>', '<2>'])
  })
})

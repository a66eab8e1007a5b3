import { describe, expect, it, vi } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'

const BACK = 1_001

interface Chat {
  readonly id?: number
  readonly text: string
}

const chat = {
  codec: {
    encode: (message: Chat) => JSON.stringify(message),
    decode: (data: unknown) => JSON.parse(String(data)),
  },
  delivery: {
    id: (message: Chat) => message.id,
    acknowledged: (incoming: { ack?: number | number[] }) => incoming.ack,
  },
} as unknown as Options

const acknowledge = ({ server }: World, ack: number | number[]) => server.send(JSON.stringify({ ack }))
const texts = ({ server }: World) => server.messages.map((message) => JSON.parse(String(message)).text)
const say = (id: number): Chat => ({ id, text: `${id}` })

/** What a promise has come to by now. */
function outcomeOf(promise: Promise<unknown>) {
  const outcome: { value?: unknown; code?: string; reason?: string } = {}
  promise.then(
    (value) => Object.assign(outcome, { value }),
    ({ code, reason }) => Object.assign(outcome, { code, reason }),
  )
  return outcome
}

describe('deliver() without acknowledgements', () => {
  it('resolves once the message has left the native buffer', async () => {
    const { connection, server, clock } = await setUpOpen()
    const before = clock.pending
    server.stall()
    const outcome = outcomeOf(connection.deliver('a'))
    await clock.advance(200)
    expect(outcome).toEqual({})
    server.drain(Infinity)
    await clock.advance(50)
    expect(outcome).toEqual({ value: { status: 'written' } })
    // Nothing is polled for any more.
    expect(clock.pending).toBe(before)
  })

  it('resolves in order, each when it has left, behind messages that nobody waits for', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.stall()
    connection.send('1')
    const first = outcomeOf(connection.deliver('2'))
    connection.send('3')
    const second = outcomeOf(connection.deliver('4'))
    server.drain(2)
    await clock.advance(50)
    expect([first, second]).toEqual([{ value: { status: 'written' } }, {}])
    server.drain(Infinity)
    await clock.advance(50)
    expect(second).toEqual({ value: { status: 'written' } })
  })

  it('resolves at the native send where nothing shows what has left', async () => {
    const { connection } = await setUpOpen()
    await expect(connection.deliver('a')).resolves.toEqual({ status: 'written' })
  })

  it('waits through an outage', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.stall()
    const outcome = outcomeOf(connection.deliver('a'))
    server.drop(1006)
    server.drain()
    await clock.advance(BACK - 2)
    expect(outcome).toEqual({})
    await clock.advance(2)
    expect(outcome).toEqual({ value: { status: 'written' } })
    expect(server.messages).toEqual(['a'])
  })

  it('waits on after a stop by verdict: the message goes out after open()', async () => {
    const { connection, server, clock } = setUp({ reconnect: { maxAttempts: 1 } })
    server.refuse()
    const outcome = outcomeOf(connection.deliver('a'))
    await clock.advance(5)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'attempts' })
    expect(outcome).toEqual({})
    server.accept()
    connection.open()
    await clock.advance(5)
    expect(outcome).toEqual({ value: { status: 'written' } })
  })
})

describe('deliver() rejects', () => {
  const rejected = (reason: string, code = 'DROPPED') => ({ code, reason })

  it('with what send() throws', async () => {
    const { connection } = setUp({ queue: { maxMessages: 1 } })
    connection.send('a')
    const outcomes = [outcomeOf(connection.deliver('b')), outcomeOf(connection.deliver({}))]
    void connection.close()
    outcomes.push(outcomeOf(connection.deliver('c')))
    await Promise.resolve()
    expect(outcomes).toEqual([
      rejected('overflow', 'OVERFLOW'),
      { code: 'ENCODE', reason: undefined },
      rejected('closed', 'CLOSED'),
    ])
  })

  it.each<[string, Options, (world: World) => unknown]>([
    [
      'overflow',
      { queue: { maxMessages: 1, overflow: 'drop-oldest' } },
      ({ connection }) => connection.send('b'),
    ],
    ['expired', { queue: { ttl: 100 } }, ({ clock }) => clock.advance(100)],
    ['cleared', {}, ({ connection }) => connection.clear()],
    ['closed', {}, ({ connection }) => connection.close()],
  ])('with %s, as the dropped event tells', async (reason, options, act) => {
    const world = setUp(options)
    world.server.hang()
    const outcome = outcomeOf(world.connection.deliver('a'))
    await act(world)
    await world.clock.settle()
    expect(outcome).toEqual(rejected(reason))
    expect(world.eventsOf('dropped')).toMatchObject([{ message: 'a', reason }])
  })

  it.each<[string, Options, (world: World) => unknown]>([
    ['reconnect()', {}, ({ connection }) => connection.reconnect()],
    [
      'a heartbeat without an answer',
      { heartbeat: { message: () => 'ping', interval: 100, timeout: 100 } },
      ({ clock }) => clock.advance(6_000),
    ],
    [
      'a closing handshake without an end',
      { closeTimeout: 100 },
      ({ connection, server, clock }) => {
        server.answersClose = false
        void connection.close(undefined, '', { drainTimeout: 0 })
        return clock.advance(200)
      },
    ],
  ])(
    'with closed what %s leaves in the native buffer: nothing shows that it has left',
    async (_, options, act) => {
      const world = await setUpOpen(options)
      const { connection, server, clock, eventsOf } = world
      const first = outcomeOf(connection.deliver('left'))
      await clock.settle()
      server.stall()
      const second = outcomeOf(connection.deliver('kept'))
      await clock.advance(50)
      expect([first, second]).toEqual([{ value: { status: 'written' } }, {}])
      await act(world)
      await clock.settle()
      expect(second).toEqual(rejected('closed'))
      expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['left', 'kept'] }])
    },
  )

  it('with replaced', async () => {
    const { connection, clock, handshake, server } = setUp()
    const outcome = outcomeOf(connection.deliver('a', { key: 'cursor' }))
    connection.send('b', { key: 'cursor' })
    await clock.settle()
    expect(outcome).toEqual(rejected('replaced'))
    await handshake()
    expect(server.messages).toEqual(['b'])
  })

  it('with timeout, and drops a message that is still queued', async () => {
    const { connection, server, clock, eventsOf } = setUp()
    server.hang()
    const outcome = outcomeOf(connection.deliver('a', { timeout: 100 }))
    await clock.advance(100)
    expect(outcome).toEqual(rejected('timeout'))
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'timeout' }])
    expect(connection.outbox.queued).toBe(0)
  })

  it('with aborted, and drops a message that is still queued', async () => {
    const { connection, server, clock, eventsOf } = setUp()
    server.hang()
    const controller = new AbortController()
    const promise = connection.deliver('a', { signal: controller.signal, timeout: 500 })
    connection.send('b')
    controller.abort(new Error('changed my mind'))
    await expect(promise).rejects.toMatchObject({
      ...rejected('aborted'),
      cause: expect.objectContaining({ message: 'changed my mind' }),
    })
    expect(eventsOf('dropped')).toMatchObject([{ message: 'a', reason: 'aborted' }])
    server.accept()
    await clock.advance(1)
    expect(server.messages).toEqual(['b'])
  })

  it('at once where it was aborted before, and takes nothing', async () => {
    const { connection } = setUp()
    await expect(connection.deliver('a', { signal: AbortSignal.abort() })).rejects.toMatchObject(
      rejected('aborted'),
    )
    expect(connection.outbox.accepted).toBe(0)
  })

  it('with CONFIGURATION for a bad timeout, key or ttl', async () => {
    const { connection } = setUp()
    for (const bad of [{ timeout: -1 }, { ttl: Number.NaN }, { key: 5 as unknown as string }]) {
      await expect(connection.deliver('a', bad)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    }
    expect(connection.outbox.accepted).toBe(0)
  })

  it('leaves no timer and no listener behind, whatever it came to', async () => {
    const { connection, clock, server } = await setUpOpen({
      queue: { maxMessages: 1, overflow: 'drop-newest' },
    })
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    await connection.deliver('a', { signal, timeout: 1e9 })
    server.drop(1006)
    server.hang()
    connection.send('b')
    const dropped = outcomeOf(connection.deliver('c', { signal, timeout: 1e9 }))
    await clock.settle()
    expect(dropped).toEqual(rejected('overflow'))
    const abort = ['abort', expect.any(Function)]
    expect(remove.mock.calls).toEqual([abort, abort])
    void connection.close()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })
})

describe('acknowledgements', () => {
  it('resolve deliver(), and go to messages$ all the same', async () => {
    const world = await setUpOpen(chat)
    const messages: unknown[] = []
    world.connection.messages$.subscribe((message) => messages.push(message))
    const outcomes = [1, 2, 3].map((id) => outcomeOf(world.connection.deliver(say(id))))
    expect(world.connection.outbox).toMatchObject({ inFlight: 3, written: 3 })
    acknowledge(world, [2, 1])
    await world.clock.settle()
    expect(outcomes).toEqual([
      { value: { status: 'acknowledged' } },
      { value: { status: 'acknowledged' } },
      {},
    ])
    expect(world.connection.outbox).toMatchObject({ inFlight: 1, acknowledged: 2 })
    expect(messages).toEqual([{ ack: [2, 1] }])
  })

  it('bring back what has none: in order, before newer messages, with what never left', async () => {
    const world = await setUpOpen(chat)
    const { connection, server, clock } = world
    for (const id of [1, 2, 3]) connection.send(say(id))
    connection.send({ text: 'no id' })
    acknowledge(world, 2)
    server.stall()
    connection.send(say(4))
    connection.send({ text: 'unsent' })
    server.drop(1006)
    connection.send(say(5))
    expect(connection.outbox).toMatchObject({ inFlight: 0, recovered: 4, queued: 5, unconfirmed: 1 })
    server.drain()
    server.clear()
    await clock.advance(BACK)
    expect(texts(world)).toEqual(['1', '3', '4', 'unsent', '5'])
  })

  it('bring back what was given to a socket that was given up', async () => {
    const world = await setUpOpen(chat)
    world.connection.send(say(1))
    world.connection.reconnect()
    world.server.clear()
    await world.handshake()
    expect(texts(world)).toEqual(['1'])
    expect(world.eventsOf('unconfirmed')).toEqual([])
  })

  it('that come late spare the message its second journey', async () => {
    const world = await setUpOpen(chat)
    const { connection, server, clock } = world
    connection.send(say(1))
    connection.send(say(2))
    server.drop(1006)
    // The server greets with what it has, before it takes anything.
    server.stall()
    await clock.advance(BACK)
    expect(connection.outbox.inFlight).toBe(2)
    server.drop(1006)
    server.drain()
    server.hang()
    await clock.advance(BACK)
    server.accept()
    acknowledge(world, [1, 2])
    expect(connection.outbox).toMatchObject({ inFlight: 0, queued: 0, acknowledged: 2 })
  })

  it('of messages that one signal aborts are all dropped, though the first of them held the others back', async () => {
    const { connection, server, clock } = await setUpOpen({
      delivery: {
        id: (message) => (String(message).startsWith('id') ? String(message) : undefined),
        acknowledged: () => undefined,
        window: 1,
      },
    })
    connection.send('id1')
    const controller = new AbortController()
    const { signal } = controller
    const outcomes = ['id2', 'plain3', 'plain4'].map((message) =>
      expect(connection.deliver(message, { signal })).rejects.toMatchObject({ reason: 'aborted' }),
    )
    controller.abort()
    await Promise.all(outcomes)
    await clock.advance(100)
    expect(server.messages).toEqual(['id1'])
  })

  it('that take long to read come late for a socket that the peer has closed: the rest is sent again', async () => {
    const { clock, ...world } = await setUpOpen({
      codec: {
        encode: String,
        // As a Blob is read.
        decode: (data: unknown) =>
          new Promise((resolve) => clock.environment.setTimeout(() => resolve(data), 20)),
      },
      delivery: {
        id: String,
        acknowledged: (incoming: unknown) => String(incoming).match(/^ack (.*)/)?.[1],
      },
    } as Options)
    const { connection, server } = world
    connection.send('one')
    connection.send('two')
    server.send('ack one')
    server.close(1001, '', { events: 'none' })
    await clock.advance(60_000)
    expect(server.messages).toEqual(['one', 'two', 'two'])
  })

  it.each(['expires', 'is aborted'])(
    'let go what waits behind a message that is held back, once that one %s',
    async (what) => {
      const { codec, delivery } = chat
      const world = await setUpOpen({ codec, delivery: { ...delivery, window: 1 } } as Options)
      const { connection, clock } = world
      const before = clock.pending
      connection.send(say(1))
      const abort = new AbortController()
      const options = what === 'expires' ? { ttl: 1_000 } : { signal: abort.signal }
      const outcome = outcomeOf(connection.deliver(say(2), options))
      connection.send({ text: 'behind' })
      connection.send(say(3))
      abort.abort()
      // Not within the call that drops it: the next one may be dropped for the same reason.
      expect(texts(world)).toEqual(['1'])
      await clock.advance(what === 'expires' ? 1_000 : 1)
      expect(outcome.code).toBe('DROPPED')
      expect(texts(world)).toEqual(['1', 'behind'])
      // The last one waits for an answer: nothing to poll for.
      expect(clock.pending).toBe(before)
    },
  )

  it('make room on the wire: never more than the window', async () => {
    const { codec, delivery } = chat
    const world = await setUpOpen({ codec, delivery: { ...delivery, window: 2 } } as Options)
    const { connection, clock } = world
    const before = clock.pending
    for (const id of [1, 2, 3, 4]) connection.send(say(id))
    connection.send({ text: 'behind' })
    expect(texts(world)).toEqual(['1', '2'])
    // Nothing to poll for.
    expect(clock.pending).toBe(before)
    acknowledge(world, 1)
    expect(texts(world)).toEqual(['1', '2', '3'])
    acknowledge(world, [2, 3])
    expect(texts(world)).toEqual(['1', '2', '3', '4', 'behind'])
  })

  it('of an unknown id, or of one twice, change nothing', async () => {
    const world = await setUpOpen(chat)
    world.connection.send(say(1))
    acknowledge(world, [7, 1, 1])
    acknowledge(world, 1)
    expect(world.connection.outbox).toMatchObject({ inFlight: 0, acknowledged: 1 })
  })

  it('of one id answer all messages of that id that are on the wire', async () => {
    const world = await setUpOpen(chat)
    world.connection.send(say(1))
    world.connection.send(say(1))
    acknowledge(world, 1)
    expect(world.connection.outbox).toMatchObject({ inFlight: 0, acknowledged: 2 })
  })

  it('are waited for by close(), within drainTimeout', async () => {
    const world = await setUpOpen(chat)
    const { connection, clock } = world
    connection.send(say(1))
    const report = connection.close()
    await clock.advance(100)
    expect(connection.state.status).toBe('closing')
    acknowledge(world, 1)
    await clock.advance(1)
    expect(await report).toMatchObject({ undelivered: [], unconfirmed: [] })
  })

  it('that never came are told by close(), and reject deliver()', async () => {
    const world = await setUpOpen(chat)
    const { connection, clock } = world
    const outcome = outcomeOf(connection.deliver(say(1)))
    const report = connection.close()
    await clock.advance(3_001)
    expect(await report).toMatchObject({ wasClean: true, undelivered: [], unconfirmed: [say(1)] })
    expect(outcome).toEqual({ code: 'DROPPED', reason: 'closed' })
    expect(connection.outbox).toMatchObject({ inFlight: 0, unconfirmed: 1, dropped: 0 })
  })

  it.each(['while it waits', 'after a stop'])(
    'that never came are unconfirmed, and not undelivered: %s',
    async (when) => {
      const world = await setUpOpen({ ...chat, reconnect: { maxAttempts: 1 } })
      const { connection, server, clock, eventsOf } = world
      connection.send(say(1))
      server.refuse()
      server.drop()
      connection.send(say(2))
      if (when === 'after a stop') await clock.advance(2_000)
      expect(await connection.close()).toMatchObject({ undelivered: [say(2)], unconfirmed: [say(1)] })
      expect(eventsOf('dropped')).toMatchObject([{ message: say(1) }, { message: say(2) }])
    },
  )

  it('are not given up by clear(): only what is queued is dropped', async () => {
    const world = await setUpOpen(chat)
    world.connection.send(say(1))
    expect(world.connection.clear()).toBe(0)
    expect(world.connection.outbox.inFlight).toBe(1)
  })

  it('keep a lazy connection awake', async () => {
    const world = setUp({ ...chat, lazy: true, idleTimeout: 100 })
    world.connection.send(say(1))
    await world.clock.advance(1_000)
    expect(world.connection.state.status).toBe('open')
    acknowledge(world, 1)
    await world.clock.advance(100)
    expect(world.connection.state.status).toBe('idle')
  })

  it('of a functions that throws are reported, and nothing is lost', async () => {
    const world = await setUpOpen({
      ...chat,
      delivery: {
        id: ({ text }: Chat) => {
          if (text === 'bad') throw new Error('no id')
          return text
        },
        acknowledged: () => {
          throw new Error('what?')
        },
      },
    } as Options)
    const { connection, errors } = world
    expect(() => connection.send({ text: 'bad' })).toThrow(expect.objectContaining({ code: 'HANDLER' }))
    connection.send({ text: 'good' })
    acknowledge(world, 1)
    expect(errors).toMatchObject([{ code: 'HANDLER', message: 'delivery.acknowledged threw.' }])
    expect(connection.outbox).toMatchObject({ accepted: 1, inFlight: 1 })
  })

  it('want ids that are text or numbers', async () => {
    const { connection } = await setUpOpen({
      delivery: { id: () => ({}) as unknown as string, acknowledged: () => undefined },
    })
    expect(() => connection.send('a')).toThrow(
      'What delivery.id returns must be a string, a number or undefined',
    )
  })
})

describe('close code 1009', () => {
  it('drops the largest message on the wire, and sends the others again', async () => {
    const world = await setUpOpen(chat)
    const { connection, server, clock, eventsOf } = world
    const outcome = outcomeOf(connection.deliver({ id: 2, text: 'x'.repeat(50) }))
    connection.send(say(1))
    server.close(1009)
    await clock.settle()
    expect(outcome).toEqual({ code: 'DROPPED', reason: 'too-large' })
    expect(eventsOf('dropped')).toMatchObject([{ reason: 'too-large' }])
    server.clear()
    await clock.advance(BACK)
    expect(texts(world)).toEqual(['1'])
  })

  it('drops nothing where nothing is acknowledged', async () => {
    const { connection, server } = await setUpOpen()
    connection.send('x'.repeat(50))
    server.close(1009)
    expect(connection.outbox).toMatchObject({ dropped: 0, unconfirmed: 1 })
  })
})

describe('what acknowledges', () => {
  it.each([null, {}, [null]])('nothing where it says %j, and what comes after it is read', async (ack) => {
    const { connection, server, errors } = await setUpOpen(chat)
    const seen: unknown[] = []
    connection.messages$.subscribe((message) => seen.push(message))
    connection.send(say(1))
    server.send(JSON.stringify({ ack }))
    server.send('{"text":"next"}')
    expect(seen).toEqual([{ ack }, { text: 'next' }])
    expect(connection.outbox).toMatchObject({ inFlight: 1, acknowledged: 0 })
    expect(errors).toEqual([])
  })

  it('is not unobserved where nobody else takes it; another message is', async () => {
    const world = await setUpOpen(chat)
    const { connection, server, clock, eventsOf } = world
    connection.send(say(1))
    acknowledge(world, 1)
    acknowledge(world, 1)
    server.send('{"text":"other","ack":[]}')
    await clock.advance(20)
    expect(eventsOf('unobserved')).toMatchObject([{ count: 1 }])
  })
})

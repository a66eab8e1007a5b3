import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { firstMessage } from './carriers.ts'

const BACK = 1_001
const HEARTBEAT = {
  message: () => 'ping',
  isReply: (incoming: unknown) => incoming === 'pong',
  interval: 1_000,
  timeout: 5_000,
}

describe('what a lost socket had not sent', () => {
  it('goes out over the next one, before what was queued since, once and in order', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    connection.send('1')
    server.stall()
    for (const text of ['22', '333', '4444']) connection.send(text)
    server.drain(1)
    server.drop(1006)
    connection.send('5')
    expect(connection.outbox).toMatchObject({ accepted: 5, written: 4, recovered: 2, queued: 3, dropped: 0 })
    expect(eventsOf('recovered')).toMatchObject([{ count: 2, bytes: 7 }])
    server.drain()
    await clock.advance(BACK)
    expect(server.messages).toEqual(['1', '22', '333', '4444', '5'])
    expect(connection.outbox).toMatchObject({ written: 7, queued: 0 })
  })

  it('counts one that has left in part as left', async () => {
    const { connection, server } = await setUpOpen()
    server.stall()
    connection.send('abc')
    connection.send('def')
    // 1 byte of the first one is gone.
    Object.defineProperty(server.connection.socket, 'bufferedAmount', { get: () => 5 })
    server.drop(1006)
    expect(connection.outbox).toMatchObject({ recovered: 1, unconfirmed: 1, queued: 1 })
    expect((await connection.close()).undelivered).toEqual(['def'])
  })

  it.each(['error', 'both'] as const)('is proven by the close event alone (%s)', async (events) => {
    const { connection, server, clock } = await setUpOpen()
    server.stall()
    connection.send('x')
    server.drop(1006, '', { events })
    await clock.advance(100)
    const proven = events === 'both'
    expect(connection.outbox).toMatchObject({ recovered: proven ? 1 : 0, unconfirmed: proven ? 0 : 1 })
  })

  it('is not proven for a socket that was given up: it may still flush', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    server.stall()
    connection.send('x')
    connection.reconnect()
    server.drain()
    await clock.advance(10)
    expect(connection.outbox).toMatchObject({ recovered: 0, unconfirmed: 1 })
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['x'], count: 1, bytes: 1 }])
    expect(server.messages).toEqual(['x'])
  })

  it("is told as unconfirmed with recover: 'none'", async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { recover: 'none' } })
    server.stall()
    connection.send('x')
    server.drop(1006)
    await clock.advance(BACK)
    expect(connection.outbox).toMatchObject({ recovered: 0, unconfirmed: 1, queued: 0 })
  })

  it('expires as what is queued does', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    server.stall()
    connection.send('x', { ttl: 500 })
    server.drop(1006)
    await clock.advance(500)
    expect(eventsOf('dropped')).toMatchObject([{ message: 'x', reason: 'expired' }])
  })

  it('is in the report of the close that it was lost in', async () => {
    const { connection, server } = await setUpOpen({ queue: { highWaterMark: 1 } })
    server.stall()
    connection.send('written')
    connection.send('queued')
    const report = connection.close(1000, '', { drainTimeout: 0 })
    server.drop(1006)
    expect(await report).toMatchObject({ undelivered: ['written', 'queued'], unconfirmed: [] })
  })
})

describe('what nothing proves', () => {
  it('is told when the connection is lost, the newest keepWritten bytes with the messages', async () => {
    const { connection, server, eventsOf } = await setUpOpen({ queue: { keepWritten: 5 } })
    for (const text of ['one', 'two', 'four', 'x']) connection.send(text)
    server.drop(1006)
    const [event] = eventsOf('unconfirmed')
    expect(event?.messages).toEqual(['four', 'x'])
    expect(connection.outbox.unconfirmed).toBe(event?.count)
    expect((event?.count ?? 0) + (event?.older ?? 0)).toBe(4)
  })

  it('is told once, by the connection that it was written to', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen()
    connection.send('a')
    server.drop(1006)
    await clock.advance(BACK)
    connection.send('b')
    server.drop(1006)
    expect(eventsOf('unconfirmed').map(({ messages }) => messages)).toEqual([['a'], ['b']])
  })

  it('is told with its messages, however much was still in the buffer', async () => {
    const { connection, server, eventsOf } = await setUpOpen({ queue: { keepWritten: 4, highWaterMark: 4 } })
    for (const text of ['aa', 'bb', 'cc', 'dd']) connection.send(text)
    server.stall()
    for (const text of ['ee', 'ff']) connection.send(text)
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['cc', 'dd'] }])
    expect(eventsOf('recovered')).toMatchObject([{ count: 2 }])
  })

  it.each([0, 10, 20, 25, 100])(
    'is told as it is counted, the rest as older: with keepWritten of %i bytes',
    async (keepWritten) => {
      const { connection, server, eventsOf } = await setUpOpen({ queue: { keepWritten } })
      for (let i = 0; i < 5; i++) connection.send('ten bytes.')
      server.drop(1006)
      const count = Math.min(5, Math.floor(keepWritten / 10))
      expect(eventsOf('unconfirmed')).toMatchObject([{ count, bytes: count * 10, older: 5 - count }])
      expect(eventsOf('unconfirmed')[0]?.messages.length).toBe(count)
      expect(connection.outbox.unconfirmed).toBe(count)
    },
  )

  it('is not remembered with keepWritten: 0', async () => {
    const { connection, server, eventsOf } = await setUpOpen({ queue: { keepWritten: 0 } })
    for (const text of ['a', 'b']) connection.send(text)
    server.drop(1006)
    expect(eventsOf('unconfirmed').flatMap(({ messages }) => messages)).toEqual([])
    expect(eventsOf('unconfirmed')).toMatchObject([{ count: 0, older: 2 }])
  })

  it('is nothing of what went before a ping that was answered', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat: HEARTBEAT })
    connection.send('before')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['before', 'ping'])
    connection.send('after')
    server.connection.send('pong')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['after'], count: 1, older: 0 }])
    expect(connection.outbox).toMatchObject({ written: 2, unconfirmed: 1 })
  })

  it('is all, where a message came that answers no ping, or an answer to no ping', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat: HEARTBEAT })
    server.connection.send('pong')
    connection.send('a')
    await clock.advance(1_000)
    server.connection.send('news')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['a'] }])
  })

  it('is all that went before a ping whose answer is late, while a newer ping waits for its own', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat: HEARTBEAT })
    await clock.advance(1_000)
    server.connection.send('news')
    await clock.advance(1_000)
    // To the first.
    server.connection.send('pong')
    connection.send('a')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['ping', 'ping', 'a', 'ping'])
    // To the second, which went before the message.
    server.connection.send('pong')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['a'] }])
  })

  it('is proven by no answer once more pings had none than are remembered', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat: HEARTBEAT })
    const ping = async () => {
      await clock.advance(1_000)
      server.connection.send('news')
    }
    for (let i = 0; i < 1_001; i++) await ping()
    // To the first.
    server.connection.send('pong')
    connection.send('a')
    await ping()
    // To all but the last, which alone went behind the message.
    for (let i = 0; i < 1_000; i++) server.connection.send('pong')
    server.drop(1006)
    expect(server.messages.filter((message) => message === 'ping')).toHaveLength(1_002)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['a'] }])
  })

  it.each(['made', 'encoded'])('is as before where a ping could not be %s', async (how) => {
    let fails = true
    const refuse = (what: string) => {
      if (fails && how === what) throw new Error(`not ${what}`)
    }
    const { connection, server, clock, eventsOf } = await setUpOpen({
      codec: {
        encode(message) {
          if (message === 'ping') refuse('encoded')
          return String(message)
        },
        decode: (data) => data,
      },
      heartbeat: {
        ...HEARTBEAT,
        message() {
          refuse('made')
          return 'ping'
        },
      },
    })
    connection.send('a')
    await clock.advance(1_000)
    fails = false
    connection.send('b')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['a', 'b', 'ping'])
    server.connection.send('pong')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toEqual([])
  })

  it('is all that came after the first of two pings, where one answer came', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({ heartbeat: HEARTBEAT })
    connection.send('a')
    await clock.advance(1_000)
    server.connection.send('news')
    connection.send('b')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['a', 'ping', 'b', 'ping'])
    server.connection.send('pong')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['b'] }])
  })

  it('is proven by no answer that the socket before had brought, however slowly it was read', async () => {
    let read: (text: unknown) => void = () => {}
    const { connection, server, clock, eventsOf } = await setUpOpen({
      heartbeat: HEARTBEAT,
      codec: {
        encode: String,
        decode: (data) => (data === 'pong' ? new Promise((resolve) => (read = resolve)) : data),
      },
    })
    await clock.advance(1_000)
    server.connection.send('pong')
    await clock.advance(0)
    server.drop(1006)
    await clock.advance(BACK)
    connection.send('a')
    await clock.advance(1_000)
    expect(server.messages).toEqual(['ping', 'a', 'ping'])
    read('pong')
    await clock.advance(0)
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ messages: ['a'] }])
  })

  it('does not count what is acknowledged, sent again, or ours', async () => {
    const { connection, server, clock, eventsOf } = await setUpOpen({
      queue: { keepWritten: 0 },
      heartbeat: { ...HEARTBEAT, interval: 100 },
      delivery: {
        id: (text) => (String(text).startsWith('plain') ? undefined : String(text)),
        acknowledged: (incoming) => (incoming === 'one' ? 'one' : undefined),
      },
    })
    for (const text of ['plain', 'one', 'plain', 'another']) connection.send(text)
    connection.request('plain request', { match: () => false, retry: true }).catch(() => undefined)
    await clock.advance(100)
    server.connection.send('one')
    // All the others, the ping among them, are let go of.
    for (let i = 0; i < 3; i++) connection.send('plain')
    server.drop(1006)
    expect(eventsOf('unconfirmed')).toMatchObject([{ count: 0, older: 5 }])
    // What is sent again is told as it is counted: the request, and what waits for its acknowledgement.
    expect(eventsOf('recovered')).toMatchObject([{ count: 2 }])
    expect(connection.outbox.recovered).toBe(2)
  })

  it('is nothing after a clean end of our own: the server has read all that came before its answer', async () => {
    const { connection, server, handshake, eventsOf } = await setUpOpen()
    connection.send('a')
    const report = connection.close()
    await handshake()
    expect(await report).toMatchObject({ wasClean: true, undelivered: [], unconfirmed: [] })
    expect(server.messages).toEqual(['a'])
    expect(eventsOf('unconfirmed')).toEqual([])
  })

  it.each([
    [undefined, ''],
    [1000, 'bye'],
    [4321, ''],
  ])('may be lost where the close frames cross: the server says 1001, we %s', async (code, reason) => {
    const { connection, server } = await setUpOpen()
    server.answersClose = false
    connection.send('read or not')
    const closed = connection.close(code, reason)
    // It sent its own before it had read ours, and what comes after that it discards.
    server.close(1001)
    expect(await closed).toMatchObject({ code: 1001, wasClean: true, unconfirmed: ['read or not'] })
  })

  it('may be lost where the server had closed before us, and with the code that we would have given', async () => {
    const { connection, server } = await setUpOpen()
    connection.send('read or not')
    // Its close frame is here; ours is an answer by the native class, and no close() of ours goes out.
    server.close(1000, '', { events: 'none' })
    const closed = connection.close(1000, '', { drainTimeout: 0 })
    server.close(1000)
    expect(await closed).toMatchObject({ code: 1000, wasClean: true, unconfirmed: ['read or not'] })
  })

  it('may be lost where the server closes as we would, while a Blob is let leave first', async () => {
    const { connection, server } = await setUpOpen()
    connection.send('read or not')
    server.stall()
    const blob = new Blob(['blob'])
    connection.send(blob)
    const closed = connection.close(1000, '', { drainTimeout: 0 })
    server.close(1000)
    expect(await closed).toMatchObject({ wasClean: true, unconfirmed: ['read or not'], undelivered: [blob] })
  })

  // undici, as others, shows 0 at the end.
  it.each(['close()', 'handover'])(
    'may be lost where a Blob holds a %s up, and the server closes as we would',
    async (what) => {
      const { connection, server, clock, eventsOf } = await setUpOpen()
      const peer = server.connection
      const { socket } = peer
      peer.stall()
      Object.defineProperty(socket, 'bufferedAmount', { get: () => (socket.readyState === 3 ? 0 : 10) })
      const blob = new Blob(['blob'])
      connection.send(blob)
      connection.send('behind')
      if (what === 'handover') connection.reconnect('', { handover: true })
      else void connection.close(1000)
      await clock.advance(10)
      expect(peer.closedWith).toBeUndefined()
      peer.close(1000)
      await clock.advance(10)
      expect(eventsOf('unconfirmed')).toMatchObject([{ messages: [blob, 'behind'] }])
    },
  )

  it('is in the report of a close that was not clean', async () => {
    const { connection, server, clock } = await setUpOpen()
    connection.send('a')
    server.answersClose = false
    const report = connection.close()
    await clock.advance(3_000)
    expect(await report).toMatchObject({ wasClean: false, undelivered: [], unconfirmed: ['a'] })
  })

  it('is in the report of a close() during the outage', async () => {
    const { connection, server } = await setUpOpen()
    connection.send('a')
    server.drop(1006)
    expect(connection.state.status).toBe('waiting')
    expect(await connection.close()).toMatchObject({ undelivered: [], unconfirmed: ['a'] })
  })

  it('is the past of this life: another close() does not tell it again', async () => {
    const { connection, server, clock } = await setUpOpen()
    connection.send('a')
    server.drop(1006)
    await clock.advance(BACK)
    const report = connection.close()
    await clock.advance(5)
    expect(await report).toMatchObject({ unconfirmed: [] })
  })
})

describe('messages of our own', () => {
  it('are never recovered or told, and their bytes count', async () => {
    const { connection, server, handshake, clock, eventsOf } = setUp({
      auth: {
        allowInsecure: true,
        token: () => 'secret',
        via: firstMessage({ create: (token) => `sign in ${token}`, accepted: (m) => m === 'welcome' }),
      },
    })
    server.stall()
    await handshake()
    connection.send('first')
    server.connection.send('welcome')
    // Neither the sign-in nor the message has left.
    server.drop(1006)
    expect(connection.outbox).toMatchObject({ accepted: 1, written: 1, recovered: 1, queued: 1 })
    server.drain()
    await clock.advance(BACK)
    server.connection.send('welcome')
    expect(server.messages).toEqual(['sign in secret', 'first'])
    expect(JSON.stringify(eventsOf('unconfirmed'))).not.toContain('secret')
  })
})

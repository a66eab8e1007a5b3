import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { json, raw } from './codec.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'

const OVERFLOW = expect.objectContaining({ code: 'OVERFLOW' })

describe('what the caller changes after send()', () => {
  const data = () => {
    const bytes = new Uint8Array([1, 2, 3, 4])
    return { bytes, change: () => bytes.fill(9) }
  }
  const KINDS: [string, (bytes: Uint8Array<ArrayBuffer>) => unknown, number[]][] = [
    ['an ArrayBuffer', ({ buffer }) => buffer, [1, 2, 3, 4]],
    ['a view', (bytes) => bytes.subarray(1, 3), [2, 3]],
    ['a DataView', ({ buffer }) => new DataView(buffer, 2), [3, 4]],
  ]
  const bytesOf = (message: unknown) =>
    Array.from(message instanceof Uint8Array ? message : new Uint8Array(message as ArrayBuffer))

  it.each(KINDS)('in %s is sent as it was, queued or not', async (_, view, expected) => {
    const { connection, server, handshake } = setUp()
    const [queued, passed] = [data(), data()]
    connection.send(view(queued.bytes))
    queued.change()
    await handshake()
    server.stall()
    connection.send(view(passed.bytes))
    passed.change()
    server.drain(Infinity)
    expect(server.messages.map(bytesOf)).toEqual([expected, expected])
  })

  it.each(KINDS)('in %s is reported as it was', async (_, view, expected) => {
    const { connection } = setUp()
    const { bytes, change } = data()
    connection.send(view(bytes))
    change()
    const { undelivered } = await connection.close()
    expect(undelivered.map(bytesOf)).toEqual([expected])
  })

  it('in a buffer that its codec uses again is sent as it was', async () => {
    const buffer = new Uint8Array(1)
    const { connection, server, handshake } = setUp({
      codec: {
        encode(message) {
          buffer[0] = Number(message)
          return buffer
        },
        decode: (data) => data,
      },
    })
    connection.send(1)
    connection.send(2)
    await handshake()
    connection.send(3)
    expect(server.messages.map(bytesOf)).toEqual([[1], [2], [3]])
  })
})

describe('send() of what cannot be sent', () => {
  it.each<[string, unknown]>([
    ['an object without a codec', { a: 1 }],
    ['a number', 5],
    ['undefined', undefined],
  ])('throws ENCODE: %s', async (_, message) => {
    const { connection } = await setUpOpen()
    expect(() => connection.send(message)).toThrow(expect.objectContaining({ code: 'ENCODE' }))
    expect(connection.outbox.accepted).toBe(0)
  })

  it('throws ENCODE: a buffer that was given away', async () => {
    const { connection } = await setUpOpen()
    const given = new Uint8Array([1])
    structuredClone(given, { transfer: [given.buffer] })
    const encode = expect.objectContaining({ code: 'ENCODE' })
    expect(() => connection.send(given.buffer)).toThrow(encode)
    expect(() => connection.send(new DataView(new ArrayBuffer(1)))).not.toThrow()
  })

  it('throws ENCODE with what the codec threw as its cause', async () => {
    const { connection } = await setUpOpen({ codec: json() })
    expect(() => connection.send(5n)).toThrow(
      expect.objectContaining({ code: 'ENCODE', cause: expect.any(TypeError) }),
    )
  })

  it('throws CONFIGURATION for a bad ttl, and takes nothing', async () => {
    const { connection } = await setUpOpen()
    expect(() => connection.send('x', { ttl: -1 })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
    expect(connection.outbox.accepted).toBe(0)
  })
})

describe('a full queue', () => {
  it('throws OVERFLOW, and takes more once there is room', async () => {
    const { connection, server, handshake } = setUp({ queue: { maxMessages: 2 } })
    connection.send('1')
    connection.send('2')
    expect(() => connection.send('3')).toThrow(OVERFLOW)
    await handshake()
    connection.send('4')
    expect(server.messages).toEqual(['1', '2', '4'])
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 3, dropped: 0 })
  })

  it.each([
    ['drop-oldest', ['2', '3'], '1'],
    ['drop-newest', ['1', '2'], '3'],
  ] as const)("with '%s' tells what it dropped", async (overflow, kept, dropped) => {
    const { connection, server, handshake, eventsOf } = setUp({ queue: { maxMessages: 2, overflow } })
    for (const text of ['1', '2', '3']) connection.send(text)
    expect(eventsOf('dropped')).toMatchObject([{ message: dropped, reason: 'overflow', bytes: 1 }])
    expect(connection.outbox).toMatchObject({ accepted: 3, dropped: 1, queued: 2 })
    await handshake()
    expect(server.messages).toEqual(kept)
  })

  it.each(['throw', 'drop-oldest', 'drop-newest'] as const)(
    'or not: a message over maxBytes throws OVERFLOW with %s, open too',
    async (overflow) => {
      const { connection, handshake } = setUp({ queue: { maxBytes: 10, overflow } })
      expect(() => connection.send('x'.repeat(11))).toThrow(OVERFLOW)
      await handshake()
      expect(() => connection.send('x'.repeat(11))).toThrow(OVERFLOW)
      expect(() => connection.send(new ArrayBuffer(11))).toThrow(OVERFLOW)
      connection.send('x'.repeat(10))
      expect(connection.outbox).toMatchObject({ accepted: 1, written: 1, dropped: 0 })
    },
  )
})

describe('ttl', () => {
  it('drops a message when it expires, not at the next dial, and tells it', async () => {
    const { connection, clock, server, eventsOf, events } = setUp({ queue: { ttl: 500 } })
    server.hang()
    connection.send('x')
    await clock.advance(499)
    expect(connection.outbox.queued).toBe(1)
    await clock.advance(1)
    expect(eventsOf('dropped')).toMatchObject([{ message: 'x', reason: 'expired', bytes: 1 }])
    expect(events.at(-1)?.at).toBe(clock.now())
    expect(connection.outbox).toMatchObject({ accepted: 1, dropped: 1, queued: 0 })
  })

  it('of one message comes before that of the queue', async () => {
    const { connection, clock, server, eventsOf } = setUp({ queue: { ttl: 500 } })
    server.hang()
    connection.send('queue')
    connection.send('short', { ttl: 100 })
    connection.send('long', { ttl: 900 })
    connection.send('for ever', { ttl: Infinity })
    await clock.advance(2_000)
    expect(eventsOf('dropped').map(({ message, at }) => [message, at - clock.now() + 2_000])).toEqual([
      ['short', 100],
      ['queue', 500],
      ['long', 900],
    ])
    server.accept()
    expect(server.messages).toEqual(['for ever'])
  })

  it('of 0 lets a message pass, and never wait', async () => {
    const { connection, clock, server, eventsOf } = setUp()
    connection.send('early', { ttl: 0 })
    await clock.advance(1)
    connection.send('open', { ttl: 0 })
    expect(server.messages).toEqual(['open'])
    expect(eventsOf('dropped')).toMatchObject([{ message: 'early', reason: 'expired' }])
  })

  it('never writes what has expired, though the timer is late', async () => {
    const { connection, clock, server } = setUp({ connectTimeout: Infinity })
    server.hang()
    await clock.advance(1)
    connection.send('old', { ttl: 100 })
    connection.send('new', { ttl: 100_000 })
    clock.sleep(50_000)
    server.accept()
    expect(server.messages).toEqual(['new'])
  })

  it('is not held up by a clock that was set back, nor hurried', async () => {
    const { connection, clock, server, eventsOf } = setUp({ connectTimeout: Infinity })
    server.hang()
    await clock.advance(1)
    connection.send('x', { ttl: 100 })
    clock.set(clock.now() - 1_000)
    await clock.advance(100)
    expect(eventsOf('dropped')).toEqual([])
    await clock.advance(1_000)
    expect(eventsOf('dropped')).toHaveLength(1)
  })

  it('leaves no timer once its messages are written', async () => {
    const { connection, clock, server } = setUp({ queue: { ttl: 60_000 } })
    connection.send('x')
    await clock.advance(1)
    server.close(1000)
    expect(server.messages).toEqual(['x'])
    expect(clock.pending).toBe(0)
  })
})

describe('a text that goes out at once', () => {
  it('has the ttl of the queue where a loss brings it back', async () => {
    const { connection, clock, server, eventsOf } = await setUpOpen({ queue: { ttl: 500 } })
    server.stall()
    connection.send('x')
    server.hang()
    server.drop()
    expect(connection.outbox).toMatchObject({ written: 1, recovered: 1, queued: 1 })
    await clock.advance(500)
    expect(eventsOf('dropped')).toMatchObject([{ message: 'x', reason: 'expired' }])
  })

  it('is encoded, though the rest of its codec is that of raw()', async () => {
    const codec = { ...raw(), encode: (message: unknown) => `<${message}>` }
    const { connection, server } = await setUpOpen({ codec })
    connection.send('x')
    expect(server.messages).toEqual(['<x>'])
  })

  it('is refused after close(), though the socket still takes something, and nothing waits', async () => {
    const { connection, clock, server } = await setUpOpen()
    server.stall()
    const delivered = connection.deliver('x')
    const closed = connection.close()
    expect([connection.state.status, connection.outbox.queued]).toEqual(['closing', 0])
    expect(() => connection.send('y')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    server.drain(Infinity)
    await clock.advance(3_000)
    await Promise.all([delivered, closed])
    expect(server.messages).toEqual(['x'])
    expect(connection.outbox).toMatchObject({ accepted: 1, written: 1 })
  })

  it('is counted before the native class is called, which may end the connection within', async () => {
    const { connection, server } = await setUpOpen()
    const { socket } = server.connection
    socket.send = () => {
      server.hang()
      server.drop()
    }
    const seen: OutboxSnapshot[] = []
    connection.state$.subscribe(() => seen.push(connection.outbox))
    connection.send('x')
    expect(connection.state.status).toBe('waiting')
    expect(seen.length).toBeGreaterThan(1)
    for (const { accepted, recovered, written, dropped, queued } of seen) {
      expect(accepted + recovered).toBe(written + dropped + queued)
    }
    expect(seen.at(-1)).toEqual(connection.outbox)
    expect(connection.outbox).toMatchObject({ accepted: 1, written: 1, unconfirmed: 1 })
  })
})

describe('clear()', () => {
  it('drops what is queued, tells each, and returns how many', async () => {
    const { connection, server, handshake, eventsOf, clock } = setUp()
    connection.send('1', { ttl: 5_000 })
    connection.send('2')
    expect(connection.clear()).toBe(2)
    expect(connection.clear()).toBe(0)
    expect(eventsOf('dropped').map(({ message, reason }) => [message, reason])).toEqual([
      ['1', 'cleared'],
      ['2', 'cleared'],
    ])
    expect(connection.outbox).toMatchObject({ accepted: 2, dropped: 2, queued: 0, queuedBytes: 0 })
    await handshake()
    expect(server.messages).toEqual([])
    expect(clock.pending).toBe(2) // 'stable', and the watch for sleep
  })

  it('works after a stop by verdict too', async () => {
    const { connection, server } = await setUpOpen()
    server.close(1000)
    connection.send('x')
    expect(connection.clear()).toBe(1)
    expect(await connection.close()).toMatchObject({ undelivered: [] })
  })

  it('while draining lets the close go on at once', async () => {
    const { connection, server } = await setUpOpen({ queue: { highWaterMark: 1 } })
    server.stall()
    connection.send('1')
    connection.send('2')
    const closed = connection.close()
    expect(server.connection.closedWith).toBeUndefined()
    connection.clear()
    expect(server.connection.closedWith).toBeDefined()
    server.drain()
    expect(await closed).toMatchObject({ undelivered: [], wasClean: true })
  })
})

describe('queue: false', () => {
  it('throws before it is open, between two connections, and after', async () => {
    const { connection, server, handshake } = setUp({ queue: false })
    const closed = expect.objectContaining({ code: 'CLOSED' })
    expect(() => connection.send('x')).toThrow(closed)
    await handshake()
    connection.send('y')
    server.drop()
    expect(() => connection.send('z')).toThrow(closed)
    expect(server.messages).toEqual(['y'])
    expect(connection.outbox).toMatchObject({ accepted: 1, written: 1, queued: 0, dropped: 0 })
  })

  it('hands everything to the native socket, whatever it has buffered', async () => {
    const { connection, server } = await setUpOpen({ queue: false })
    server.stall()
    for (let i = 0; i < 3; i++) connection.send('x'.repeat(300_000))
    expect(connection.outbox).toMatchObject({ nativeBufferedAmount: 900_000, queued: 0 })
  })
})

describe('flow', () => {
  it('keeps back what the native buffer has no room for, and follows when a message comes', async () => {
    const { connection, server } = await setUpOpen({ queue: { highWaterMark: 10 } })
    server.stall()
    for (let i = 0; i < 5; i++) connection.send('x'.repeat(10))
    expect(connection.outbox).toMatchObject({ written: 1, queued: 4, nativeBufferedAmount: 10 })
    server.drain(Infinity)
    server.send('sign of life')
    expect(connection.outbox).toMatchObject({ written: 2, queued: 3 })
    server.drain(Infinity)
    connection.send('y')
    expect(connection.outbox).toMatchObject({ written: 3, queued: 3 })
  })

  it('keeps the order where there is room again for a later one', async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { highWaterMark: 10 } })
    server.stall()
    connection.send('x'.repeat(10))
    connection.send('2')
    server.drain()
    connection.send('3')
    await clock.advance(50)
    expect(server.messages).toEqual(['x'.repeat(10), '2', '3'])
  })

  it('does not write into a socket whose peer is already closing it', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.close(1000, '', { events: 'none' })
    connection.send('x')
    expect(connection.outbox).toMatchObject({ queued: 1, written: 0 })
    server.connection.drop()
    await clock.advance(1_001)
    expect(server.messages).toEqual(['x'])
  })

  const UNANSWERED = { id: (message: unknown) => String(message), acknowledged: () => undefined, window: 1 }
  it.each<[string, Options]>([
    ['in the queue', {}],
    ['for an acknowledgement that makes room', { delivery: UNANSWERED }],
    ['for a socket, without a queue', { queue: false }],
  ])(
    'gives up a socket whose peer has closed it and keeps the line, once something waits for 3 s: %s',
    async (_, options) => {
      const { connection, server, clock, states } = await setUpOpen(options)
      if (options.delivery) connection.send('on the wire')
      server.close(1000, '', { events: 'none' })
      try {
        connection.send('x')
      } catch (error) {
        expect(error).toMatchObject({ code: 'CLOSED' })
      }
      await clock.advance(2_900)
      expect(connection.state.status).toBe('open')
      await clock.advance(200)
      expect(states.at(-1)).toMatchObject({ status: 'waiting', cause: { code: 1006, wasClean: false } })
      await clock.advance(2_000)
      expect(server.connections).toHaveLength(2)
      if (options.queue !== false) expect(server.messages.at(-1)).toBe(options.delivery ? 'on the wire' : 'x')
    },
  )

  it('leaves the time of a closing handshake to whoever began it', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.answersClose = false
    server.close(1000, '', { events: 'none' })
    connection.send('x')
    await clock.advance(2_000)
    const closed = connection.close(1000, '', { drainTimeout: 0 })
    await clock.advance(1_500)
    expect(connection.state.status).toBe('closing')
    await clock.advance(1_500)
    expect((await closed).undelivered).toEqual(['x'])
  })
})

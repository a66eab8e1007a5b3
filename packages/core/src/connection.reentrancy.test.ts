import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'

/** Places where code of the user runs, each called once with the connection. */
const PLACES: Record<string, (act: () => void) => Options & { arrange?: (world: World) => void }> = {
  'state$, at its first call': (act) => ({
    arrange: ({ connection }) => void connection.state$.subscribe(act),
  }),
  'state$, as it opens': (act) => ({
    arrange: ({ connection }) =>
      void connection.state$.subscribe(({ status }) => {
        if (status === 'open') act()
      }),
  }),
  messages$: (act) => ({ arrange: ({ connection }) => void connection.messages$.subscribe(act) }),
  events$: (act) => ({ arrange: ({ connection }) => void connection.events$.subscribe(act) }),
  errors$: (act) => ({
    codec: {
      encode: String,
      decode(data) {
        if (data === 'bad') throw new Error('bad')
        return data
      },
    },
    arrange: ({ connection }) => void connection.errors$.subscribe(act),
  }),
  outbox$: (act) => ({
    arrange({ connection }) {
      let calls = 0
      connection.outbox$.subscribe(() => {
        calls += 1
        if (calls > 1) act()
      })
    },
  }),
  shouldReconnect: (act) => ({ reconnect: { shouldReconnect: () => void act() } }),
  backoff: (act) => ({
    reconnect: {
      backoff() {
        act()
        return 1_000
      },
    },
  }),
  'the url function': (act) => ({
    url() {
      act()
      return 'ws://fake.test/'
    },
  }),
  'the protocols function': (act) => ({
    protocols() {
      act()
      return 'chat'
    },
  }),
  'codec.decode': (act) => ({
    codec: {
      encode: String,
      decode(data) {
        act()
        return data
      },
    },
  }),
  'codec.encode': (act) => ({
    codec: {
      encode(message) {
        act()
        return String(message)
      },
      decode: (data) => data,
    },
  }),
}

const CALLS: Record<string, (world: World) => void> = {
  open: ({ connection }) => connection.open(),
  reconnect: ({ connection }) => connection.reconnect(),
  close: ({ connection }) => void connection.close(),
  'close at once': ({ connection }) => void connection.close(1000, '', { drainTimeout: 0 }),
  'close and open': ({ connection }) => {
    void connection.close()
    connection.open()
  },
  send: ({ connection }) => connection.send('from within'),
  clear: ({ connection }) => void connection.clear(),
  subscribe: ({ connection }) => void connection.messages$.subscribe(),
}

describe.each(Object.keys(PLACES))('within %s', (place) => {
  it.each(Object.keys(CALLS))('%s() leaves the connection whole', async (call) => {
    let isDone = false
    let world: World | undefined
    const act = () => {
      // The first call of a url function may come before `setUp` has returned.
      if (isDone || !world) return
      isDone = true
      CALLS[call]?.(world)
    }
    const { arrange, ...options } = PLACES[place]?.(act) ?? {}
    world = setUp({ codec: { encode: String, decode: (data) => data }, ...options })
    arrange?.(world)
    const { clock, connection, server, states } = world

    await clock.advance(1)
    try {
      connection.send('1')
    } catch (error) {
      expect(error).toMatchObject({ code: 'CLOSED' })
    }
    server.send('hello')
    server.send('bad')
    await clock.advance(20)
    server.drop(1006)
    await clock.advance(2_000)
    expect(isDone).toBe(true)

    const numbers = connection.outbox
    expect(numbers.accepted).toBe(numbers.written + numbers.dropped + numbers.queued)
    expect(server.messages).toHaveLength(numbers.written)
    expect(states.at(-1)).toBe(connection.state)
    expect(server.live.length).toBeLessThanOrEqual(1)

    const isClosing = call.startsWith('close') && call !== 'close and open'
    expect(connection.state.status).toBe(isClosing ? 'closed' : 'open')
    await Promise.all([connection.close(), clock.advance(10)])
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    await clock.advance(20)
    expect(clock.pending).toBe(0)
    expect(server.live).toEqual([])
  })
})

describe('a listener that calls back', () => {
  it('is told what it causes after what was told first, and so is everybody else', async () => {
    const { connection, clock } = setUp({ lazy: true })
    const first: string[] = []
    const second: string[] = []
    connection.state$.subscribe(({ status }) => {
      first.push(status)
      if (status === 'open') void connection.close()
    })
    connection.state$.subscribe(({ status }) => second.push(status))
    connection.open()
    await clock.advance(10)
    expect(first).toEqual(['idle', 'connecting', 'open', 'closing', 'closed'])
    expect(second).toEqual(first)
  })

  it('at its very first call hears of what it causes', async () => {
    const { connection, clock } = setUp({ lazy: true })
    const seen: string[] = []
    connection.state$.subscribe(({ status }) => {
      seen.push(status)
      if (status === 'idle') connection.open()
    })
    await clock.advance(1)
    expect(seen).toEqual(['idle', 'connecting', 'open'])
  })

  it('to a message that expires finds no other lost: it is written, reported, or waits', async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { highWaterMark: 1 } })
    server.stall()
    connection.send('a')
    connection.send('b', { ttl: 10 })
    connection.send('c')
    let report: Promise<unknown> = Promise.resolve()
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped') report = connection.close(1000, '', { drainTimeout: 0 })
    })
    clock.sleep(20)
    server.drain()
    server.send('look again')
    await clock.advance(100)
    expect(server.messages).toEqual(['a', 'c'])
    expect(await report).toMatchObject({ undelivered: [] })
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 2, dropped: 1 })
  })

  it('to a late timer does not have its own new attempt ended by that timer', async () => {
    const { connection, server, clock } = setUp({ connectTimeout: 1_000 })
    server.hang()
    await clock.advance(1)
    connection.events$.subscribe(({ type }) => {
      if (type === 'late') connection.reconnect()
    })
    clock.sleep(20_000)
    await clock.advance(999)
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'waiting' })
  })
})

describe('a policy that calls back', () => {
  it('and opens skips the delay that it is about to set', async () => {
    const { connection, server, handshake } = await setUpOpen({
      reconnect: { shouldReconnect: () => void connection.open() },
    })
    server.drop()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 2 })
    await handshake()
    expect(connection.state.status).toBe('open')
  })

  it('and closes ends the connection, whatever it answers', async () => {
    let report: Promise<unknown> = Promise.resolve()
    const { connection, server, clock } = await setUpOpen({
      reconnect: {
        shouldReconnect() {
          report = connection.close()
          return true
        },
      },
    })
    server.close(1011)
    expect(await report).toMatchObject({ code: 1006 })
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(clock.pending).toBe(0)
  })
})

describe('a listener of outbox$ that reconnects and closes', () => {
  it('leaves no frame behind', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.stall()
    let hasClosed = false
    connection.outbox$.subscribe(({ nativeBufferedAmount }) => {
      if (nativeBufferedAmount === 0 || hasClosed) return
      hasClosed = true
      connection.reconnect()
      void connection.close()
    })
    connection.send('held back')
    await clock.advance(17)
    expect(hasClosed).toBe(true)
    await clock.advance(1)
    expect(clock.pending).toBe(0)
  })
})

describe('a listener of what the native class tells within its send()', () => {
  it('sends behind the message that is being sent', async () => {
    const isReply = () => {
      throw new Error('no')
    }
    const { connection, server } = await setUpOpen({ heartbeat: { message: () => 'ping', isReply } })
    const { socket } = server.connection
    const send = socket.send.bind(socket)
    socket.send = (data) => {
      socket.send = send
      socket.dispatchEvent(new MessageEvent('message', { data: 'm' }))
      send(data)
    }
    connection.errors$.subscribe(() => connection.send('inner'))
    connection.send('outer')
    expect(server.messages).toEqual(['outer', 'inner'])
  })

  it('closes, and leaves no frame behind', async () => {
    const { connection, server, clock } = await setUpOpen()
    connection.outbox$.subscribe()
    server.connection.socket.send = () => server.drop()
    connection.state$.subscribe(({ status }) => {
      if (status === 'waiting') void connection.close()
    })
    connection.send('x')
    expect(connection.state.status).toBe('closed')
    expect(clock.pending).toBe(0)
  })
})

describe('a codec that closes while it encodes', () => {
  it('has its message refused: nothing is queued behind the end', async () => {
    const { connection, clock, server } = setUp({
      codec: {
        encode(message) {
          void connection.close()
          return String(message)
        },
        decode: (data) => data,
      },
    })
    server.hang()
    await clock.advance(1)
    expect(() => connection.send('x', { ttl: 1_000 })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(connection.outbox).toMatchObject({ accepted: 0, queued: 0 })
    await clock.advance(1)
    expect(clock.pending).toBe(0)
  })
})

describe('a listener of `dropped` that reconnects', () => {
  it('finds an aborted request over: it is not sent', async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { highWaterMark: 5 } })
    connection.events$.subscribe(({ type }) => {
      if (type === 'dropped') connection.reconnect()
    })
    server.stall()
    connection.send('fills the buffer')
    const controller = new AbortController()
    const { signal } = controller
    const request = connection.request('question', { match: () => false, retry: true, signal })
    const rejected = expect(request).rejects.toMatchObject({ reason: 'aborted' })
    controller.abort()
    server.drain()
    await rejected
    await clock.advance(1_000)
    expect(server.messages).not.toContain('question')
  })

  it('as an acknowledgement makes room, does no harm', async () => {
    const { connection, server, clock, errors } = await setUpOpen({
      delivery: { id: (message) => String(message), acknowledged: (message) => String(message), window: 1 },
    })
    connection.events$.subscribe(({ type }) => {
      if (type === 'dropped') connection.reconnect()
    })
    connection.send('1')
    connection.send('2', { ttl: 50 })
    connection.send('3')
    clock.sleep(100)
    server.send('1')
    await clock.advance(100)
    expect(errors).toEqual([])
    expect(new Set(server.messages)).toEqual(new Set(['1', '3']))
  })
})

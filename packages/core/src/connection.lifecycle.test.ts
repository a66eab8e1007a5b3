import { describe, expect, it } from 'vitest'
import { type Options, setUp, setUpOpen, type World } from '../../../test/unit/set-up.ts'

/** The columns of DESIGN §3, "What each call does in each state". */
const COLUMNS = {
  idle: async (options?: Options) => setUp({ lazy: true, ...options }),
  connecting: async (options?: Options) => {
    const world = setUp(options)
    world.server.hang()
    await world.clock.advance(10)
    return world
  },
  waiting: async (options?: Options) => {
    const world = await setUpOpen(options)
    world.server.drop(1006)
    return world
  },
  open: setUpOpen,
  closing: async (options?: Options) => {
    const world = await setUpOpen(options)
    world.server.answersClose = false
    void world.connection.close(4000, 'bye')
    return world
  },
  'closed by user': async (options?: Options) => {
    const world = await setUpOpen(options)
    const closed = world.connection.close(4000, 'bye')
    await world.handshake()
    await closed
    return world
  },
  'closed by verdict': async (options?: Options) => {
    const world = await setUpOpen(options)
    world.server.close(1000, 'done')
    return world
  },
  'closed by attempts': async (options?: Options) => {
    const world = await setUpOpen({ ...options, reconnect: { maxAttempts: 1 } })
    world.server.drop(1006)
    return world
  },
  'closed by auth': async (options?: Options) => {
    const world = await setUpOpen({ ...options, url: () => 'ws://fake.test/' })
    world.server.close(4401)
    await world.handshake()
    world.server.close(4401)
    return world
  },
} satisfies Record<string, (options?: Options) => Promise<World>>

type Column = keyof typeof COLUMNS

describe('the states that the calls are tried in', () => {
  it.each(Object.keys(COLUMNS) as Column[])('%s', async (column) => {
    const { connection } = await COLUMNS[column]()
    const [status, by] = column.split(' by ')
    expect(connection.state).toMatchObject({ status, ...(by ? { by } : {}) })
  })
})

describe('send()', () => {
  it('in idle queues, and a lazy connection dials', async () => {
    const { connection, server, handshake } = await COLUMNS.idle()
    connection.send('x')
    expect(connection.state.status).toBe('connecting')
    expect(connection.outbox.queued).toBe(1)
    await handshake()
    expect(server.messages).toEqual(['x'])
  })

  it('in idle before the first dial queues', async () => {
    const { connection, server, handshake } = setUp()
    connection.send('x')
    expect(connection.state.status).toBe('idle')
    await handshake()
    expect(server.messages).toEqual(['x'])
  })

  it.each(['connecting', 'waiting'] as const)('in %s queues', async (column) => {
    const { connection, server } = await COLUMNS[column]()
    connection.send('x')
    expect(connection.outbox).toMatchObject({ accepted: 1, queued: 1, written: 0 })
    expect(server.messages).toEqual([])
  })

  it('in open writes', async () => {
    const { connection, server } = await COLUMNS.open()
    connection.send('x')
    expect(server.messages).toEqual(['x'])
    expect(connection.outbox).toMatchObject({ accepted: 1, queued: 0, written: 1 })
  })

  it('in open queues while the native buffer is full', async () => {
    const { connection, server } = await COLUMNS.open({ queue: { highWaterMark: 1 } })
    server.stall()
    connection.send('x')
    connection.send('y')
    expect(connection.outbox).toMatchObject({ accepted: 2, queued: 1, written: 1 })
  })

  it.each(['closing', 'closed by user'] as const)('in %s throws CLOSED', async (column) => {
    const { connection } = await COLUMNS[column]()
    expect(() => connection.send('x')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(connection.outbox).toMatchObject({ accepted: 0, queued: 0 })
  })

  it.each(['closed by verdict', 'closed by attempts', 'closed by auth'] as const)(
    'in %s queues within its limits, for the next life',
    async (column) => {
      const { connection, server, handshake } = await COLUMNS[column]({ queue: { maxMessages: 1 } })
      connection.send('x')
      expect(() => connection.send('y')).toThrow(expect.objectContaining({ code: 'OVERFLOW' }))
      expect(connection.state.status).toBe('closed')
      connection.open()
      await handshake()
      expect(server.messages).toEqual(['x'])
    },
  )
})

describe('open()', () => {
  it('in idle dials', async () => {
    const { connection } = await COLUMNS.idle()
    connection.open()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('in connecting does nothing', async () => {
    const { connection, server } = await COLUMNS.connecting()
    const { state } = connection
    connection.open()
    expect(connection.state).toBe(state)
    expect(server.connections).toHaveLength(1)
  })

  it('in waiting dials now, and counts on', async () => {
    const { connection, clock, handshake } = await COLUMNS.waiting()
    connection.open()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 2 })
    await handshake()
    await clock.advance(5_000)
    expect(connection.state.status).toBe('open')
  })

  it('in open does nothing', async () => {
    const { connection, server } = await COLUMNS.open()
    const { state } = connection
    connection.open()
    expect(connection.state).toBe(state)
    expect(server.connections).toHaveLength(1)
  })

  it('in closing opens after the close', async () => {
    const { connection, clock, server, statuses } = await COLUMNS.closing()
    connection.open()
    expect(connection.state.status).toBe('closing')
    await clock.advance(3_000)
    await clock.advance(1)
    expect(statuses().slice(-4)).toEqual(['closing', 'closed', 'connecting', 'open'])
    expect(server.live).toHaveLength(2)
    expect(server.connections[0]?.closedWith).toBeDefined()
  })

  it.each(['closed by user', 'closed by verdict', 'closed by attempts', 'closed by auth'] as const)(
    'in %s begins a new life',
    async (column) => {
      const { connection, handshake } = await COLUMNS[column]()
      connection.open()
      expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
      await handshake()
      expect(connection.state.status).toBe('open')
    },
  )
})

describe('reconnect()', () => {
  it('in idle dials', async () => {
    const { connection } = await COLUMNS.idle()
    connection.reconnect()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('in connecting starts anew now, and closes the former socket first', async () => {
    const { connection, server, eventsOf } = await COLUMNS.connecting()
    connection.reconnect()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
    expect(server.connections).toHaveLength(2)
    expect(server.connections[0]?.closedWith).toBeDefined()
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'reconnect', phase: 'connecting' }, delay: 0 }])
  })

  it('in waiting starts anew now', async () => {
    const { connection } = await COLUMNS.waiting()
    connection.reconnect()
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('in open replaces the connection', async () => {
    const { connection, server, handshake, eventsOf, statuses } = await COLUMNS.open()
    const former = server.connection
    connection.reconnect()
    connection.send('x')
    expect(former.closedWith).toBeDefined()
    await handshake()
    expect(connection.state.status).toBe('open')
    expect(server.live).toHaveLength(1)
    expect(server.messages).toEqual(['x'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(eventsOf('lost')).toMatchObject([{ close: { local: 'reconnect', phase: 'open', code: 1006 } }])
  })

  it.each(['closing', 'closed by user'] as const)('in %s does nothing', async (column) => {
    const { connection, server } = await COLUMNS[column]()
    const { state } = connection
    connection.reconnect()
    expect(connection.state).toBe(state)
    expect(server.connections).toHaveLength(1)
  })

  it.each(['closed by verdict', 'closed by attempts', 'closed by auth'] as const)(
    'in %s begins a new life',
    async (column) => {
      const { connection, handshake } = await COLUMNS[column]()
      connection.reconnect()
      expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
      await handshake()
      expect(connection.state.status).toBe('open')
    },
  )
})

describe('close()', () => {
  it('in idle is closed at once, and reports', async () => {
    const { connection, server, clock } = await COLUMNS.idle()
    const report = await connection.close()
    expect(report).toEqual({ code: 1006, reason: '', wasClean: false, undelivered: [], unconfirmed: [] })
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    await clock.advance(1_000)
    expect(server.connections).toEqual([])
  })

  it('before the first dial keeps it from being made', async () => {
    const { connection, server, clock } = setUp()
    connection.send('x')
    expect(await connection.close()).toMatchObject({ undelivered: ['x'] })
    await clock.advance(1_000)
    expect(server.connections).toEqual([])
  })

  it.each(['connecting', 'waiting'] as const)(
    'in %s is closed at once, and reports what was queued',
    async (column) => {
      const { connection, clock, server } = await COLUMNS[column]()
      connection.send('x')
      const closed = connection.close()
      expect(connection.state).toMatchObject({ status: 'closed', by: 'user', code: 1006, wasClean: false })
      expect(await closed).toEqual({
        code: 1006,
        reason: '',
        wasClean: false,
        undelivered: ['x'],
        unconfirmed: [],
      })
      await clock.advance(60_000)
      expect(clock.pending).toBe(0)
      expect(server.connections).toHaveLength(1)
      expect(server.live).toEqual([])
    },
  )

  it('in open is closing, then closed, with what the peer answered', async () => {
    const { connection, handshake, states } = await COLUMNS.open()
    const closed = connection.close(4000, 'bye')
    expect(connection.state).toEqual({ status: 'closing', attempt: 1, code: 4000, reason: 'bye' })
    await handshake()
    expect(await closed).toEqual({
      code: 4000,
      reason: 'bye',
      wasClean: true,
      undelivered: [],
      unconfirmed: [],
    })
    expect(states.at(-1)).toMatchObject({ status: 'closed', by: 'user', code: 4000, wasClean: true })
  })

  it('in closing joins the one under way', async () => {
    const { connection, clock } = await COLUMNS.closing()
    const [first, second] = [connection.close(), connection.close(1000, 'other')]
    await clock.advance(3_000)
    expect(await first).toBe(await second)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
  })

  it('in closing takes an open() back', async () => {
    const { connection, clock, server } = await COLUMNS.closing()
    connection.open()
    const closed = connection.close()
    await clock.advance(60_000)
    await closed
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(server.connections).toHaveLength(1)
  })

  it('in closed by user resolves with what was reported', async () => {
    const { connection } = await COLUMNS['closed by user']()
    expect(await connection.close()).toMatchObject({ code: 4000, reason: 'bye', wasClean: true })
  })

  it.each([
    ['closed by verdict', { code: 1000, reason: 'done', wasClean: true }],
    ['closed by attempts', { code: 1006, reason: '', wasClean: false }],
    ['closed by auth', { code: 4401, reason: '', wasClean: true }],
  ] as const)('in %s is closed by user, and reports what was queued', async (column, close) => {
    const { connection, eventsOf, clock } = await COLUMNS[column]()
    connection.send('x', { ttl: 60_000 })
    expect(await connection.close()).toEqual({ ...close, undelivered: ['x'], unconfirmed: [] })
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user', ...close })
    expect(eventsOf('dropped')).toMatchObject([{ message: 'x', reason: 'closed' }])
    expect(() => connection.send('y')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await clock.advance(16)
    expect(clock.pending).toBe(0)
  })

  it('reports anew for every life', async () => {
    const { connection, handshake } = await COLUMNS['closed by user']()
    connection.open()
    connection.send('x')
    expect(await connection.close()).toMatchObject({ code: 1006, undelivered: ['x'] })
    connection.open()
    await handshake()
    const closed = connection.close(4001)
    await handshake()
    expect(await closed).toMatchObject({ code: 4001, undelivered: [] })
  })
})

describe('clear() after close()', () => {
  it('leaves no timer', async () => {
    const { connection, clock, handshake } = await setUpOpen()
    connection.outbox$.subscribe()
    const closed = connection.close()
    await handshake()
    await closed
    connection.clear()
    expect(clock.pending).toBe(0)
  })
})

describe('after dispose()', () => {
  it('nothing can be done any more', async () => {
    const { connection, handshake } = await setUpOpen()
    const disposed = connection[Symbol.asyncDispose]()
    await handshake()
    await disposed
    const closed = expect.objectContaining({ code: 'CLOSED' })
    expect(() => connection.open()).toThrow(closed)
    expect(() => connection.reconnect()).toThrow(closed)
    expect(() => connection.send('x')).toThrow(closed)
    expect(connection.clear()).toBe(0)
    expect(await connection.close()).toMatchObject({ code: 1005 })
    await connection[Symbol.asyncDispose]()
  })

  it('is what `await using` comes to', async () => {
    const { connection, handshake, clock, server } = await setUpOpen()
    const done = (async () => {
      await using scoped = connection
      scoped.send('x')
    })()
    await clock.settle()
    await handshake()
    await done
    expect(server.messages).toEqual(['x'])
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(clock.pending).toBe(0)
  })

  it('in a lazy connection nobody dials', async () => {
    const { connection, server, clock } = setUp({ lazy: true })
    await connection[Symbol.asyncDispose]()
    connection.messages$.subscribe()
    await clock.advance(1_000)
    expect(server.connections).toEqual([])
  })
})

describe('the properties of the native class', () => {
  it.each<[Column, 0 | 1 | 2 | 3]>([
    ['idle', 0],
    ['connecting', 0],
    ['waiting', 0],
    ['open', 1],
    ['closing', 2],
    ['closed by user', 3],
    ['closed by verdict', 3],
  ])('readyState in %s is %i', async (column, readyState) => {
    expect((await COLUMNS[column]()).connection.readyState).toBe(readyState)
  })

  it('protocol is what the server chose, while it is open', async () => {
    const { connection, server, handshake } = setUp({ protocols: ['a', 'b'] })
    server.protocols = ['b']
    expect(connection).toMatchObject({ protocol: '', extensions: '' })
    await handshake()
    expect(connection).toMatchObject({ protocol: 'b', extensions: '' })
    expect(connection.state).toMatchObject({ protocol: 'b', extensions: '' })
    server.drop()
    expect(connection.protocol).toBe('')
  })

  it('bufferedAmount is what is queued and what the native socket holds', async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { highWaterMark: 3 } })
    server.stall()
    connection.send('123')
    connection.send('éé')
    expect(connection.bufferedAmount).toBe(7)
    server.drain(Infinity)
    await clock.advance(50)
    expect(connection.bufferedAmount).toBe(4)
    server.drain(Infinity)
    expect(connection.bufferedAmount).toBe(0)
  })

  it('url is the given one, resolved, from the start', () => {
    expect(setUp({ url: 'https://fake.test' }).connection.url).toBe('wss://fake.test/')
    expect(setUp({ url: new URL('ws://fake.test/x') }).connection.url).toBe('ws://fake.test/x')
    expect(setUp({ url: '/x', environment: { baseUrl: 'http://a.test/y' } }).connection.url).toBe(
      'ws://a.test/x',
    )
  })

  it('binaryType is kept over reconnects', async () => {
    const { connection, server, clock } = await setUpOpen({ binaryType: 'arraybuffer' })
    expect(server.connection.socket.binaryType).toBe('arraybuffer')
    connection.binaryType = 'blob'
    expect(server.connection.socket.binaryType).toBe('blob')
    connection.binaryType = 'arraybuffer'
    server.drop()
    await clock.advance(1_001)
    expect(server.connections).toHaveLength(2)
    expect(server.connection.socket.binaryType).toBe('arraybuffer')
    expect(connection.binaryType).toBe('arraybuffer')
  })

  it('binaryType takes no other word', async () => {
    const { connection } = await setUpOpen()
    expect(() => {
      connection.binaryType = 'buffer' as 'blob'
    }).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    expect(connection.binaryType).toBe('blob')
  })
})

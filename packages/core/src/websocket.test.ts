import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { log, setUp, setUpOpen, URL } from '../../../test/unit/web-socket.ts'
import { connect } from './connect.ts'
import { fakeServer, virtualClock } from './testing/index.ts'
import { firstMessage, queryParameter, ReconnectingWebSocket, type WebSocketOptions } from './websocket.ts'

describe('a socket that comes back', () => {
  it('tells every loss with its code, and every connection, and is CONNECTING in between', async () => {
    const { server, clock, told, socket } = await setUpOpen()
    server.drop(1006)
    expect(socket.state).toMatchObject({ status: 'waiting', delay: 1_000 })
    await clock.advance(1_001)
    server.close(4321, 'why')
    await clock.advance(1_001)
    expect(told).toEqual([
      ['open', 1],
      ['error', 0],
      ['close', 1006, 0],
      ['open', 1],
      ['close', 4321, 0],
      ['open', 1],
    ])
  })

  it('drops what comes before its `open`, while it signs in, as the standard says', async () => {
    const via = firstMessage({ create: (token) => token, accepted: (message) => message === 'ok' })
    const auth = { token: () => 'secret', via, allowInsecure: true }
    const { server, clock, told } = await setUpOpen({ auth })
    server.send('too early')
    server.send('ok')
    server.send('in time')
    expect(told).toEqual([
      ['open', 1],
      ['message', 1],
    ])
    server.drop()
    await clock.advance(1_001)
    server.send('too early again')
    server.send('ok')
    expect(told.slice(2)).toEqual([
      ['error', 0],
      ['close', 1006, 0],
      ['open', 1],
    ])
  })

  it('sends in order what was sent before, between and after', async () => {
    const { Bound, clock, server } = setUp()
    const socket = new Bound(URL)
    socket.send('before')
    expect(socket.bufferedAmount).toBe(6)
    await clock.advance(1)
    server.drop()
    socket.send('bétween')
    expect(socket.bufferedAmount).toBe(8)
    await clock.advance(1_001)
    socket.send('after')
    expect(server.messages).toEqual(['before', 'bétween', 'after'])
    expect(socket.bufferedAmount).toBe(0)
  })

  it('sends what is queued after the open event, so that a listener comes first', async () => {
    const { Bound, clock, server } = setUp({
      auth: {
        token: () => 'secret',
        via: firstMessage({ create: (token) => token, accepted: (m) => m === 'ok' }),
        allowInsecure: true,
      },
    })
    const socket = new Bound(URL)
    socket.send('queued')
    await clock.advance(1)
    expect([server.messages, socket.readyState]).toEqual([['secret'], 0])
    server.send('ok')
    expect([server.messages, socket.readyState]).toEqual([['secret', 'queued'], 1])
  })

  it('tells a dial that is refused as error and close 1006, and dials again', async () => {
    const { Bound, clock, server } = setUp()
    server.refuse()
    const told = log(new Bound(URL))
    await clock.advance(1)
    server.accept()
    await clock.advance(1_001)
    expect(told).toEqual([
      ['error', 0],
      ['close', 1006, 0],
      ['open', 1],
    ])
  })

  it('is CLOSED once nothing will come back, and keeps what is queued for open()', async () => {
    const { server, clock, socket, told } = await setUpOpen({ reconnect: { maxAttempts: 1 } })
    server.refuse()
    server.drop()
    expect([socket.readyState, socket.state]).toMatchObject([3, { status: 'closed', by: 'attempts' }])
    server.accept()
    socket.send('discarded')
    expect(socket.bufferedAmount).toBe(9)
    socket.open()
    expect(socket.readyState).toBe(0)
    await clock.advance(1)
    expect(socket.bufferedAmount).toBe(0)
    expect(told.map(([type]) => type)).toEqual(['open', 'error', 'close', 'open'])
    expect(server.messages).toEqual([])
  })

  it('takes a URL function, whose answer is url from then on, without the token', async () => {
    const { Bound, clock, server } = setUp({
      auth: { token: () => 'secret', via: queryParameter(), allowInsecure: true },
    })
    const socket = new Bound(
      (attempt: number) => `ws://fake.test/${attempt}`,
      async () => ['chat'],
    )
    expect(socket.url).toBe('')
    await clock.advance(1)
    expect(socket.url).toBe('ws://fake.test/1')
    expect(server.connection).toMatchObject({
      url: 'ws://fake.test/1?access_token=secret',
      protocols: ['chat'],
    })
    server.drop()
    expect(socket.url).toBe('ws://fake.test/1')
    await clock.advance(1_001)
    expect(socket.url).toBe('ws://fake.test/2')
  })

  it('keeps pongs out of its messages, and notices silence', async () => {
    const heartbeat = {
      message: () => 'ping',
      isReply: (m: unknown) => m === 'pong',
      interval: 1_000,
      timeout: 500,
    }
    const { server, clock, told } = await setUpOpen({ heartbeat })
    await clock.advance(1_000)
    expect(server.messages).toEqual(['ping'])
    server.send('pong')
    await clock.advance(1_501)
    expect(told).toEqual([
      ['open', 1],
      ['error', 0],
      ['close', 1006, 0],
      ['open', 1],
    ])
  })
})

describe('open() and reconnect()', () => {
  it('reconnect() replaces the connection at once; what it ends is no failure', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    socket.reconnect()
    expect(told).toEqual([['open', 1]])
    await clock.advance(1)
    expect(server.connections).toHaveLength(2)
    expect(server.live).toHaveLength(1)
    expect(told).toEqual([
      ['open', 1],
      ['close', 1006, 0],
      ['open', 1],
    ])
  })

  it('a handover tells the close of the old one and the open of the next, and is OPEN all the time', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    socket.reconnect('moved', { handover: true })
    await clock.advance(1)
    socket.send('over the next')
    await clock.advance(10)
    expect(told).toEqual([
      ['open', 1],
      ['close', 1000, 1],
      ['open', 1],
    ])
    expect([server.live.length, server.messages]).toEqual([1, ['over the next']])
  })

  it('open() does not wait for the rest of a delay', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    server.drop()
    socket.open()
    await clock.advance(1)
    expect(told.at(-1)).toEqual(['open', 1])
    expect(server.connections).toHaveLength(2)
  })

  it('open() begins a new life after close(), whose close event still comes', async () => {
    const { clock, socket, told } = await setUpOpen()
    socket.close(1000)
    await clock.advance(10)
    expect(told.slice(1)).toEqual([['close', 1000, 3]])
    socket.open()
    await clock.advance(1)
    expect(told.at(-1)).toEqual(['open', 1])
  })

  it('open() in the same task as close() begins a new life, after the end of the old one', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    server.drop()
    socket.close()
    socket.open()
    socket.send('of the new life')
    await clock.advance(10)
    expect(told.slice(1)).toEqual([
      ['error', 0],
      ['close', 1006, 0],
      ['error', 0],
      ['close', 1006, 0],
      ['open', 1],
    ])
    expect(server.messages).toEqual(['of the new life'])
  })

  it('what they cause is told after they have returned, also where timers are late', async () => {
    const { Bound, clock } = setUp()
    const socket = new Bound(URL)
    await clock.advance(1)
    const told = log(socket)
    socket.reconnect()
    expect(told).toEqual([])
    await Promise.resolve()
    expect(told).toEqual([['close', 1006, 0]])
  })

  it('a lazy one dials at the first send(), and stays', async () => {
    const { Bound, clock, server } = setUp({ lazy: true })
    const socket = new Bound(URL)
    await clock.advance(10)
    expect([server.connections.length, socket.readyState, socket.state.status]).toEqual([0, 0, 'idle'])
    socket.send('now')
    await clock.advance(60_000)
    expect([server.messages, server.live.length]).toEqual([['now'], 1])
  })
})

describe('what a socket says of itself', () => {
  it('is what its connection has agreed on, and nothing while it has none', async () => {
    const { Bound, clock, server } = setUp()
    server.protocols = ['chat']
    const socket = new Bound(URL, 'chat')
    server.accept({ extensions: 'permessage-deflate' })
    const AGREED = ['chat', 'permessage-deflate']
    expect([socket.protocol, socket.extensions]).toEqual(['', ''])
    await clock.advance(1)
    expect([socket.protocol, socket.extensions]).toEqual(AGREED)
    server.drop()
    expect([socket.protocol, socket.extensions]).toEqual(['', ''])
    socket.close()
    await clock.advance(10)
    expect([socket.protocol, socket.extensions]).toEqual(AGREED)
  })

  it('is nothing after an end without any connection', async () => {
    const { Bound, clock } = setUp()
    const socket = new Bound(URL)
    socket.close()
    await clock.advance(10)
    expect([socket.readyState, socket.protocol, socket.extensions]).toEqual([3, '', ''])
  })

  it('is CLOSING after close(), until its close event', async () => {
    const { Bound, clock } = setUp()
    const socket = new Bound(URL)
    const told = log(socket)
    socket.close()
    expect([socket.readyState, told]).toEqual([2, []])
    await clock.advance(10)
    expect(told.at(-1)).toEqual(['close', 1006, 3])
  })

  it('takes the two binary types, and no other', () => {
    const { Bound } = setUp()
    const socket = new Bound(URL)
    expect(socket.binaryType).toBe('blob')
    socket.binaryType = 'arraybuffer'
    socket.binaryType = 'nodebuffer' as BinaryType
    expect(socket.binaryType).toBe('arraybuffer')
    socket.binaryType = 'blob'
    expect(socket.binaryType).toBe('blob')
  })

  it.each(['onopen', 'onmessage', 'onerror', 'onclose'] as const)(
    '%s is called, and can be taken away',
    async (name) => {
      const { server, clock, socket } = await setUpOpen()
      const calls: string[] = []
      const handler = ({ type }: Event) => void calls.push(type)
      expect(socket[name]).toBeNull()
      socket[name] = handler
      expect(socket[name]).toBe(handler)
      const all = async () => {
        server.send('x')
        server.drop()
        await clock.advance(1_001)
      }
      await all()
      socket[name] = 'no handler' as unknown as null
      expect(socket[name]).toBeNull()
      await all()
      expect(calls).toEqual([name.slice(2)])
    },
  )
})

describe('a call', () => {
  it('without an argument that it needs is an error, and one with undefined is not', async () => {
    const { Bound, clock, server } = setUp()
    const Untyped = Bound as unknown as new (...all: unknown[]) => { send(...all: unknown[]): void }
    expect(() => new Untyped()).toThrow(new TypeError('WebSocket needs a URL.'))
    const Bare = ReconnectingWebSocket as unknown as typeof Untyped
    expect(() => new Bare()).toThrow(new TypeError('WebSocket needs a URL.'))
    const socket = new Untyped(URL)
    expect(() => socket.send()).toThrow(new TypeError('send() needs data.'))
    socket.send(undefined)
    await clock.advance(1)
    expect(server.messages).toEqual(['undefined'])
  })

  it('of send() throws while it is CONNECTING where there is no queue', async () => {
    const { Bound, clock, server } = setUp({ queue: false })
    const socket = new Bound(URL)
    expect(() => socket.send('x')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
    await clock.advance(1)
    socket.send('y')
    expect(server.messages).toEqual(['y'])
  })

  it('of send() is counted and discarded while the native socket is closing, and once it is over', async () => {
    const { socket, server, clock, told } = await setUpOpen({ queue: false })
    server.close(1000, '', { events: 'none' })
    socket.send('four')
    expect(socket.bufferedAmount).toBe(4)
    socket.close()
    await clock.advance(10_000)
    expect(socket.readyState).toBe(3)
    socket.send('grüße')
    expect(socket.bufferedAmount).toBe(11)
    expect([server.messages, told.filter(([type]) => type === 'close').length]).toEqual([[], 1])
  })

  it.each<[string, [number?, string?], string]>([
    ['InvalidAccessError', [1001], 'a code that is not for callers'],
    ['InvalidAccessError', [5000], 'a code that nobody has'],
    ['SyntaxError', [1000, '€'.repeat(42)], 'a reason of more than 123 bytes'],
  ])('of close() throws %s for %j', async (name, [code, reason]) => {
    const { socket } = await setUpOpen()
    expect(() => socket.close(code, reason)).toThrow(
      expect.objectContaining({ name, constructor: DOMException }),
    )
    expect(socket.readyState).toBe(1)
  })

  it('of close() sends a code clamped, and a reason as text', async () => {
    const { socket, server } = await setUpOpen()
    socket.close(3000.4, 5 as unknown as string)
    expect(server.connection.closedWith).toEqual({ code: 3000, reason: '5' })
  })

  it('of close() after close() changes nothing', async () => {
    const { socket, server, clock, told } = await setUpOpen()
    socket.close(4001, 'a')
    socket.close(4002, 'b')
    await clock.advance(10)
    expect(server.connection.closedWith).toEqual({ code: 4001, reason: 'a' })
    expect(told.filter(([type]) => type === 'close')).toEqual([['close', 4001, 3]])
  })
})

describe('single-connection mode', () => {
  it('never dials again, and is CLOSED with the code of the loss', async () => {
    const { server, clock, socket, told } = await setUpOpen({ reconnect: false })
    server.close(1012, 'restart')
    await clock.advance(600_000)
    expect(told).toEqual([
      ['open', 1],
      ['close', 1012, 3],
    ])
    expect([server.connections.length, socket.readyState, clock.pending]).toEqual([1, 3, 0])
  })

  it('still queues, signs in, and gives a handshake up that hangs', async () => {
    const { Bound, clock, server } = setUp({ reconnect: false, connectTimeout: 2_000 })
    server.hang()
    const socket = new Bound(URL)
    const told = log(socket)
    socket.send('queued')
    await clock.advance(2_000)
    expect(told).toEqual([
      ['error', 3],
      ['close', 1006, 3],
    ])
    expect(server.connection.closedWith).toBeDefined()
  })

  it('sends nothing of the old one by the next of the same class', async () => {
    const { Bound, clock, server } = setUp({ reconnect: false })
    server.refuse()
    new Bound(URL).send('lost with its socket')
    await clock.advance(1)
    server.accept()
    new Bound(URL).send('mine')
    await clock.advance(1)
    expect(server.messages).toEqual(['mine'])
  })
})

describe('with()', () => {
  it('binds options, which those of the call go before', async () => {
    const { Bound, clock, server } = setUp({ protocols: 'bound', binaryType: 'arraybuffer' })
    expect(new Bound(URL).binaryType).toBe('arraybuffer')
    expect(new Bound(URL, 'given', { binaryType: 'blob' }).binaryType).toBe('blob')
    await clock.advance(1)
    expect(server.connections.map(({ protocols }) => protocols)).toEqual([['bound'], ['given']])
  })

  it('can be bound again, and gives instances of the class', () => {
    const { Bound } = setUp({ binaryType: 'arraybuffer' })
    const Twice = Bound.with({ lazy: true })
    const socket = new Twice(URL)
    expect([socket.binaryType, socket.state.status]).toEqual(['arraybuffer', 'idle'])
    expect(socket).toBeInstanceOf(Twice)
    expect(socket).toBeInstanceOf(ReconnectingWebSocket)
  })

  it('knows its instances from those of others', () => {
    const { options } = setUp({ lazy: true })
    class Mine extends ReconnectingWebSocket {}
    expect(new Mine(URL, [], options)).toBeInstanceOf(Mine)
    expect(new ReconnectingWebSocket(URL, [], options)).not.toBeInstanceOf(Mine)
    for (const other of [new EventTarget(), null, 'x', Object.create(ReconnectingWebSocket.prototype)]) {
      expect(other instanceof ReconnectingWebSocket).toBe(false)
    }
  })

  it('keeps what a subclass has changed', () => {
    const { options } = setUp({ lazy: true })
    class Mine extends ReconnectingWebSocket {
      override get protocol() {
        return 'mine'
      }
    }
    expect(new (Mine.with(options))(URL).protocol).toBe('mine')
  })

  it('can take the place of the global class, and still dials by that', async () => {
    const clock = virtualClock()
    const server = fakeServer(/^/, { clock, latency: 1 })
    vi.stubGlobal('WebSocket', server.WebSocket)
    onTestFinished(() => void vi.unstubAllGlobals())
    const Bound = ReconnectingWebSocket.with({ environment: clock.environment })
    vi.stubGlobal('WebSocket', class extends Bound {})
    const socket = new WebSocket(URL)
    socket.send('by the global')
    connect(URL, { environment: clock.environment }).send('by connect()')
    await clock.advance(1)
    expect(server.messages).toEqual(['by the global', 'by connect()'])
    expect(server.connections).toHaveLength(2)
  })

  it('names a bad option at the call', () => {
    const { Bound } = setUp({ connectTimeout: -1 })
    expect(() => new Bound(URL)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })
})

describe('the end', () => {
  it.each<[string, WebSocketOptions['queue']]>([
    ['there is no queue for it', false],
    ['it returns to the queue', {}],
    ['it must not return', { recover: 'none' }],
    ['more had waited', { highWaterMark: 4 }],
  ])('counts what had not left once, where %s, until a new life begins', async (_, queue = {}) => {
    const { socket, server, clock } = await setUpOpen({ reconnect: false, queue })
    server.stall()
    socket.send('12345')
    socket.send('678')
    // 2 bytes of the first one leave.
    const { socket: native } = server.connection
    const kept = native.bufferedAmount - 2
    Object.defineProperty(native, 'bufferedAmount', { get: () => kept })
    expect(socket.bufferedAmount).toBe(6)
    server.drop(1006)
    expect([socket.readyState, socket.bufferedAmount]).toEqual([3, 6])
    server.drain()
    socket.open()
    await clock.advance(10)
    expect([socket.readyState, socket.bufferedAmount]).toEqual([1, 0])
  })

  it('leaves no timer and no socket, and tells nothing more', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    const native = server.connection
    socket.close()
    await clock.advance(100)
    expect(told.at(-1)).toEqual(['close', 1005, 3])
    native.send('late')
    socket.reconnect()
    await clock.advance(100_000)
    expect([told.length, server.live.length, clock.pending]).toEqual([2, 0, 0])
  })

  it('a host without a WebSocket lets one be made, and ends it when it dials', async () => {
    // Later Nodes than 20 have one.
    vi.stubGlobal('WebSocket', undefined)
    onTestFinished(() => void vi.unstubAllGlobals())
    const { Bound, clock } = setUp({ environment: { WebSocket: undefined } })
    const socket = new Bound(URL)
    const told = log(socket)
    await clock.advance(1)
    expect(socket.state).toMatchObject({ status: 'closed', error: { code: 'NO_WEBSOCKET' } })
    expect(told).toEqual([
      ['error', 3],
      ['close', 1006, 3],
    ])
  })
})

describe('close(), open(), close() within one closing handshake', () => {
  it('ends closed: the last call counts', async () => {
    const { socket, server, clock } = await setUpOpen()
    server.answersClose = false
    socket.close()
    socket.open()
    socket.close()
    await clock.advance(60_000)
    expect(socket.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(server.connections).toHaveLength(1)
  })
})

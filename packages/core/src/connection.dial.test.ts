import { beforeEach, describe, expect, it, vi } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'
import { connect } from './connect.ts'
import type { UrlSource } from './url.ts'

describe('the first dial', () => {
  it('comes in a microtask, so that who subscribes at once misses nothing', async () => {
    const { clock, server, connection, statuses } = setUp()
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    expect(server.connections).toHaveLength(0)
    await clock.advance(1)
    server.send('hello')
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(messages).toEqual(['hello'])
  })

  it('goes to the URL, with the subprotocols and the binaryType', async () => {
    const { server, clock } = setUp({
      url: 'https://fake.test/x',
      protocols: 'chat',
      binaryType: 'arraybuffer',
    })
    await clock.settle()
    expect(server.connection).toMatchObject({
      url: 'wss://fake.test/x',
      protocols: ['chat'],
      socket: { binaryType: 'arraybuffer' },
    })
  })

  it('is not made twice where open() or reconnect() comes before it', async () => {
    const { connection, server, clock } = setUp()
    connection.open()
    await clock.advance(1_000)
    expect(server.connections).toHaveLength(1)
  })
})

describe('bad arguments', () => {
  it.each<[string, () => unknown]>([
    ['a bad URL', () => connect('ftp://fake.test')],
    ['a fragment', () => connect('ws://fake.test/#x')],
    ['no URL', () => connect(undefined as never)],
    ['a bad subprotocol', () => connect('ws://fake.test', { protocols: 'a b' })],
    ['a bad option', () => connect('ws://fake.test', { connectTimeout: -1 })],
    ['a relative URL with a base that leads nowhere', () => connect('/x', { environment: { baseUrl: 'x' } })],
  ])('%s throws at the call', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })
})

describe('a host without a WebSocket', () => {
  beforeEach(() => {
    // Later Nodes than 20 have one.
    vi.stubGlobal('WebSocket', undefined)
    return () => vi.unstubAllGlobals()
  })

  it('lets a connection be made, and ends it when it dials', async () => {
    const { connection, clock, errors, reported, eventsOf } = setUp({ environment: { WebSocket: undefined } })
    expect(connection.state.status).toBe('idle')
    await clock.settle()
    expect(connection.state).toMatchObject({
      status: 'closed',
      by: 'verdict',
      code: 1006,
      wasClean: false,
      error: { code: 'NO_WEBSOCKET' },
    })
    expect(errors).toMatchObject([{ code: 'NO_WEBSOCKET' }])
    expect(eventsOf('lost')).toMatchObject([{ verdict: 'stop', close: { local: 'error' } }])
    expect(reported).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('ends a lazy connection within the call that made it dial, and its streams with it', async () => {
    const { connection } = setUp({ lazy: true, environment: { WebSocket: undefined } })
    const ends: string[] = []
    connection.messages$.subscribe({ complete: () => ends.push('messages$') })
    expect(connection.state.status).toBe('closed')
    expect(ends).toEqual(['messages$'])
  })

  it('keeps a relative URL without a base for the dial, and says what is wrong then', async () => {
    const { connection, clock } = setUp({ url: '/room' })
    expect(connection.url).toBe('/room')
    await clock.settle()
    expect(connection.state).toMatchObject({ status: 'closed', error: { code: 'CONFIGURATION' } })
  })
})

describe('a URL function', () => {
  it.each<[string, UrlSource]>([
    ['a text', () => 'http://fake.test/a'],
    ['a URL', () => new URL('ws://fake.test/a')],
    ['a promise', async () => 'ws://fake.test/a'],
    ['a promise of a URL', async () => new URL('ws://fake.test/a')],
  ])('may answer %s', async (_, url) => {
    const { connection, server, clock } = setUp({ url })
    expect(connection.url).toBe('')
    await clock.settle()
    expect(server.connection.url).toBe('ws://fake.test/a')
    expect(connection.url).toBe('ws://fake.test/a')
  })

  it('may be answered against the base', async () => {
    const { server, clock } = setUp({ url: () => '/b', environment: { baseUrl: 'https://a.test/' } })
    await clock.settle()
    expect(server.connection.url).toBe('wss://a.test/b')
  })

  it('is shown as phase url, then handshake', async () => {
    let answer: (url: string) => void = () => undefined
    const { connection, clock, states } = setUp({
      url: () =>
        new Promise<string>((resolve) => {
          answer = resolve
        }),
    })
    await clock.settle()
    expect(connection.state).toMatchObject({ status: 'connecting', phase: 'url', attempt: 1 })
    answer('ws://fake.test/')
    await clock.settle()
    expect(connection.state).toMatchObject({ status: 'connecting', phase: 'handshake', attempt: 1 })
    await clock.advance(1)
    expect(states.map((state) => ('phase' in state ? state.phase : state.status))).toEqual([
      'idle',
      'url',
      'handshake',
      'open',
    ])
  })

  it('is asked at every attempt, with its number, and anew after a stable connection', async () => {
    const asked: string[] = []
    const { server, clock, connection } = setUp({
      url(attempt) {
        asked.push(`url ${attempt}`)
        return `ws://fake.test/${attempt}`
      },
      protocols(attempt) {
        asked.push(`protocols ${attempt}`)
        return [`v${attempt}`]
      },
    })
    server.refuse()
    await clock.advance(2_002)
    server.accept()
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'open', attempt: 3 })
    expect(server.connection).toMatchObject({ url: 'ws://fake.test/3', protocols: ['v3'] })
    await clock.advance(5_000)
    server.drop()
    await clock.advance(1_001)
    expect(asked).toEqual([1, 2, 3, 1].flatMap((attempt) => [`url ${attempt}`, `protocols ${attempt}`]))
  })

  it.each<[string, () => Promise<string> | string]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('that %s makes a failed attempt, told and retried', async (_, fail) => {
    let calls = 0
    const { connection, clock, errors, server } = setUp({
      url() {
        calls += 1
        return calls < 3 ? fail() : 'ws://fake.test/'
      },
    })
    await clock.settle()
    expect(connection.state).toMatchObject({
      status: 'waiting',
      attempt: 1,
      cause: {
        code: 1006,
        wasClean: false,
        phase: 'connecting',
        local: 'error',
        error: { code: 'HANDLER', cause: { message: 'no' } },
      },
    })
    await clock.advance(2_001)
    expect(connection.state).toMatchObject({ status: 'open', attempt: 3 })
    expect(errors.map(({ code }) => code)).toEqual(['HANDLER', 'HANDLER'])
    expect(server.connections).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['a bad URL', 'ftp://s3cret.test/?s3cret'],
    ['nothing', undefined],
    ['a promise of nothing', Promise.resolve(undefined)],
  ])('that answers %s makes a failed attempt, told and retried', async (_, answer) => {
    const { connection, clock, errors } = setUp({ url: () => answer as string })
    await clock.settle()
    expect(connection.state).toMatchObject({ status: 'waiting', cause: { error: { code: 'CONFIGURATION' } } })
    await clock.advance(1_000)
    expect(connection.state).toMatchObject({ status: 'waiting', attempt: 2 })
    expect(errors).toHaveLength(2)
    for (const error of errors) expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('s3cret')
  })

  it('that never answers is ended by connectTimeout', async () => {
    const { connection, clock, server, eventsOf } = setUp({
      url: (attempt) => (attempt === 1 ? new Promise<string>(() => undefined) : 'ws://fake.test/'),
      connectTimeout: 700,
    })
    await clock.advance(700)
    expect(connection.state).toMatchObject({
      status: 'waiting',
      cause: { local: 'timeout', error: { code: 'CONNECT_TIMEOUT' } },
    })
    expect(eventsOf('lost')).toHaveLength(1)
    await clock.advance(1_001)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(1)
  })

  it('that answers too late opens nothing', async () => {
    const answers: ((url: string) => void)[] = []
    const { connection, clock, server } = setUp({
      url: () => new Promise<string>((resolve) => answers.push(resolve)),
      connectTimeout: 100,
    })
    await clock.advance(100)
    answers[0]?.('ws://fake.test/late')
    await clock.settle()
    expect(server.connections).toEqual([])
    await clock.advance(1_000)
    answers[1]?.('ws://fake.test/right')
    await clock.advance(1)
    expect(server.connections.map(({ url }) => url)).toEqual(['ws://fake.test/right'])
    expect(connection.state.status).toBe('open')
  })

  it.each(['close', 'reconnect'] as const)('that answers after %s() opens nothing', async (call) => {
    const answers: ((url: string) => void)[] = []
    const { connection, clock, server } = setUp({
      url: () => new Promise<string>((resolve) => answers.push(resolve)),
    })
    await clock.settle()
    void connection[call]()
    answers[0]?.('ws://fake.test/former')
    await clock.advance(1)
    expect(server.connections).toEqual([])
  })

  it('that rejects after close() is told to nobody', async () => {
    let reject: (error: Error) => void = () => undefined
    const { connection, clock, errors, reported } = setUp({
      url: () =>
        new Promise<string>((_, fail) => {
          reject = fail
        }),
    })
    await clock.settle()
    await connection.close()
    reject(new Error('late'))
    await clock.settle()
    expect([...errors, ...reported]).toEqual([])
  })
})

describe('a protocols function', () => {
  it.each<[string, () => string | string[] | Promise<string | string[]>]>([
    ['a text', () => 'chat'],
    ['a list', () => ['chat']],
    ['a promise', async () => 'chat'],
  ])('may answer %s', async (_, protocols) => {
    const { server, clock } = setUp({ protocols })
    await clock.settle()
    expect(server.connection.protocols).toEqual(['chat'])
  })

  it('that answers what is no subprotocol makes a failed attempt, told and retried', async () => {
    const { connection, clock, errors } = setUp({
      protocols: (attempt) => (attempt === 1 ? 's3cret s3cret' : 'chat'),
    })
    await clock.settle()
    expect(errors).toMatchObject([{ code: 'CONFIGURATION' }])
    expect(errors[0]?.stack).not.toContain('s3cret')
    await clock.advance(1_001)
    expect(connection.state.status).toBe('open')
  })
})

describe('a secret in what the functions answer', () => {
  it('is in no error, event or state, whatever happens', async () => {
    const { connection, clock, server, errors, events, states } = setUp({
      url: () => 'ws://fake.test/?token=s3cret',
      protocols: () => 'bearer.s3cret',
      connectTimeout: 500,
    })
    // What a server chooses is no secret of ours.
    server.accept({ protocol: '' })
    await clock.advance(1)
    server.close(4401)
    server.hang()
    await clock.advance(2_000)
    server.refuse()
    await clock.advance(2_000)
    connection.reconnect()
    const report = await connection.close()
    expect(states.length).toBeGreaterThan(8)
    const seen = [...errors, ...errors.map(({ stack }) => stack), ...events, ...states, report]
    expect(JSON.stringify(seen)).not.toContain('s3cret')
    expect(server.connections[0]?.url).toContain('s3cret')
  })
})

describe('a handshake', () => {
  it('that is refused is a failed attempt, retried with backoff', async () => {
    const { connection, clock, server, eventsOf } = setUp()
    server.refuse()
    await clock.advance(1)
    expect(connection.state).toMatchObject({
      status: 'waiting',
      attempt: 1,
      delay: 1_000,
      retryAt: clock.now() + 1_000,
      cause: { code: 1006, phase: 'connecting', wasClean: false },
    })
    expect(eventsOf('lost')[0]?.close).not.toHaveProperty('local')
  })

  it('that hangs is given up, and closed before the next dial', async () => {
    const { connection, clock, server, errors } = setUp({ connectTimeout: 10_000 })
    server.hang()
    await clock.advance(9_999)
    expect(connection.state.status).toBe('connecting')
    await clock.advance(1)
    expect(server.connections.map(({ closedWith }) => closedWith)).toEqual([{ code: undefined, reason: '' }])
    expect(connection.state).toMatchObject({ status: 'waiting', cause: { local: 'timeout' } })
    expect(errors).toMatchObject([{ code: 'CONNECT_TIMEOUT', message: expect.stringContaining('10000 ms') }])
    server.accept()
    await clock.advance(1_001)
    expect(server.live).toHaveLength(1)
    expect(connection.state.status).toBe('open')
  })

  it.each(['error', 'both', 'close'] as const)(
    'whose failure the host tells by %s is lost once',
    async (events) => {
      const { clock, server, eventsOf, statuses } = setUp()
      server.on('dial', (connection) => connection.refuse({ events }))
      await clock.advance(1)
      await clock.advance(100)
      expect(eventsOf('lost')).toHaveLength(1)
      expect(statuses()).toEqual(['idle', 'connecting', 'waiting'])
    },
  )

  it('that a class closes with 1000 is a failed attempt all the same, with its true code', async () => {
    const { connection, clock, server } = setUp()
    server.hang()
    await clock.advance(1)
    const { socket } = server.connection
    Object.defineProperty(socket, 'readyState', { value: 3 })
    socket.dispatchEvent(Object.assign(new Event('close'), { code: 1000, reason: '', wasClean: true }))
    expect(connection.state).toMatchObject({
      status: 'waiting',
      cause: { code: 1000, wasClean: true, phase: 'connecting' },
    })
  })

  it('is waited for without end where connectTimeout is Infinity', async () => {
    const { connection, clock, server } = setUp({ connectTimeout: Infinity })
    server.hang()
    await clock.advance(365 * 24 * 60 * 60 * 1_000)
    expect(connection.state.status).toBe('connecting')
    expect(clock.pending).toBe(0)
  })
})

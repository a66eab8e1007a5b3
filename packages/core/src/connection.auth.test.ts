import { describe, expect, it } from 'vitest'
import {
  type Auth,
  type ConnectionEvent,
  type ConnectionOptions,
  type ConnectionState,
  connect,
  constant,
  firstMessage,
  type HoldfastError,
  json,
  queryParameter,
  subprotocol,
  type TokenCarrier,
  type TokenContext,
  type UrlSource,
} from './index.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

interface Message {
  readonly type: string
  readonly token?: string
}

const inBand = (more: Partial<Parameters<typeof firstMessage<Message>>[0]> = {}): TokenCarrier =>
  firstMessage<Message>({
    create: (token) => ({ type: 'sign-in', token }),
    accepted: ({ type }) => type === 'welcome',
    refused: ({ type }) => type === 'go-away',
    ...more,
  })

function setUp(
  auth: Partial<Auth> & Pick<Auth, 'via'>,
  options: ConnectionOptions = {},
  url: UrlSource = 'wss://fake.test/',
) {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const asked: TokenContext[] = []
  const connection = connect(url, {
    codec: json<Message>(),
    reconnect: { backoff: constant(1_000) },
    ...options,
    auth: {
      token(context) {
        asked.push(context)
        return `token-${asked.length}`
      },
      ...auth,
    },
    environment: { ...clock.environment, WebSocket: server.WebSocket, random: () => 0.5 },
  })
  const states: ConnectionState[] = []
  const errors: HoldfastError[] = []
  const events: ConnectionEvent[] = []
  const messages: string[] = []
  connection.state$.subscribe((state) => states.push(state))
  connection.errors$.subscribe((error) => errors.push(error))
  connection.events$.subscribe((event) => events.push(event))
  connection.messages$.subscribe(({ type }) => messages.push(type))
  const phases = () => states.map((state) => ('phase' in state ? state.phase : state.status))
  const welcome = () => server.send('{"type":"welcome"}')
  return { clock, server, connection, asked, states, errors, events, messages, phases, welcome }
}

describe('a token in the handshake', () => {
  it('goes into the query of the dial, and not into the url property', async () => {
    const { clock, server, connection, phases } = setUp({ via: queryParameter() })
    await clock.advance(1)
    expect(server.connection.url).toBe('wss://fake.test/?access_token=token-1')
    expect(connection.url).toBe('wss://fake.test/')
    expect(phases()).toEqual(['idle', 'token', 'handshake', 'open'])
  })

  it('goes as a subprotocol, which the protocol property never shows', async () => {
    const { clock, server, connection } = setUp({ via: subprotocol() })
    server.protocols = ['bearer.token-1']
    await clock.advance(1)
    expect(server.connection.protocols).toEqual(['bearer.token-1'])
    expect(connection.state.status).toBe('open')
    expect(connection.protocol).toBe('')
  })

  it('leaves the real subprotocol to be chosen and shown', async () => {
    const { clock, server, connection } = setUp({ via: subprotocol() }, { protocols: 'chat' })
    server.protocols = ['chat']
    await clock.advance(1)
    expect(connection.protocol).toBe('chat')
  })

  it('is used all the same where it is over by the clock of this host, and errors$ tells', async () => {
    const { clock, server, connection, errors } = setUp({
      via: queryParameter(),
      token: () => ({ value: 'late', expiresAt: clock.now() - 1 }),
    })
    connection.send({ type: 'queued' })
    await clock.advance(1)
    expect([server.connection.url, connection.state.status]).toEqual([
      'wss://fake.test/?access_token=late',
      'open',
    ])
    expect(server.messages).toEqual(['{"type":"queued"}'])
    expect(errors).toMatchObject([{ code: 'TOKEN', message: expect.not.stringContaining('late') }])
  })
})

describe('a token in the first message', () => {
  it('leaves before everything that was queued, and nothing else does before it is accepted', async () => {
    const { clock, server, connection, phases, welcome } = setUp({ via: inBand() })
    connection.send({ type: 'queued' })
    await clock.advance(1)
    connection.send({ type: 'queued too' })
    expect(server.messages).toEqual(['{"type":"sign-in","token":"token-1"}'])
    welcome()
    expect(server.messages).toHaveLength(3)
    expect(phases()).toEqual(['idle', 'token', 'handshake', 'sign-in', 'open'])
  })

  it('counts for nothing in the outbox', async () => {
    const { clock, connection, welcome } = setUp({ via: inBand() })
    await clock.advance(1)
    welcome()
    expect(connection.outbox).toMatchObject({ accepted: 0, written: 0, queued: 0 })
  })

  it('keeps the answer out of messages$, and lets others through in order', async () => {
    const { clock, server, messages, welcome } = setUp({ via: inBand() })
    await clock.advance(1)
    server.send('{"type":"motd"}')
    welcome()
    welcome()
    expect(messages).toEqual(['motd', 'welcome'])
  })

  it('is open, and stable, only from the answer on', async () => {
    const { clock, server, connection, states, welcome } = setUp(
      { via: inBand() },
      { connectTimeout: 60_000, reconnect: { backoff: constant(10), stableAfter: 5_000 } },
    )
    await clock.advance(30_000)
    expect(connection.state).toMatchObject({ status: 'connecting', phase: 'sign-in' })
    welcome()
    await clock.advance(4_999)
    server.drop(1006)
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  it('gives up where no answer comes within its timeout, and tries again', async () => {
    const { clock, server, states, errors } = setUp({ via: inBand({ timeout: 2_000 }) })
    await clock.advance(2_001)
    expect(states.at(-1)).toMatchObject({ status: 'waiting', cause: { local: 'timeout' } })
    expect(errors.map(({ code }) => code)).toEqual(['CONNECT_TIMEOUT'])
    await clock.advance(1_001)
    expect(server.messages).toHaveLength(2)
  })

  it('that cannot be made or encoded is a failed attempt, at once', async () => {
    const circular: Message & { self?: unknown } = { type: 'sign-in' }
    circular.self = circular
    const makes = [
      () => {
        throw new Error('no words')
      },
      () => circular,
      () => ({ type: 'sign-in' }),
    ]
    let made = 0
    const create = (): Message => makes[made++]?.() ?? { type: 'sign-in' }
    const { clock, server, states, errors } = setUp({ via: inBand({ create }) })
    for (const code of ['HANDLER', 'ENCODE']) {
      await clock.advance(1)
      expect(states.at(-1)).toMatchObject({ status: 'waiting', cause: { phase: 'open' } })
      expect(errors.at(-1)?.code).toBe(code)
      await clock.advance(1_000)
    }
    await clock.advance(1)
    expect(server.messages).toEqual(['{"type":"sign-in"}'])
    expect(server.live).toHaveLength(1)
  })

  it('obeys a close code that comes instead of an answer', async () => {
    const { clock, server, connection } = setUp({ via: inBand() })
    await clock.advance(1)
    server.close(4403)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', code: 4403 })
  })

  it('is closed at once by close(), and nothing is left', async () => {
    const { clock, connection, server } = setUp({ via: inBand() })
    await clock.advance(1)
    await connection.close()
    await clock.advance(1)
    expect(server.live).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('where a token comes from', () => {
  it('is asked at every attempt', async () => {
    const { clock, server, asked } = setUp({ via: queryParameter() })
    await clock.advance(1)
    server.drop(1006)
    await clock.advance(1_001)
    expect(asked.map(({ attempt, refused }) => [attempt, refused])).toEqual([
      [1, false],
      [2, false],
    ])
  })

  it('is not asked while the last token is valid', async () => {
    let calls = 0
    const { clock, server } = setUp({
      via: queryParameter(),
      token: () => {
        calls += 1
        return { value: `t${calls}`, expiresAt: clock.now() + 600_000 }
      },
    })
    await clock.advance(1)
    server.drop(1006)
    await clock.advance(1_001)
    expect(calls).toBe(1)
    expect(server.connections.map(({ url }) => new URL(url).search)).toEqual([
      '?access_token=t1',
      '?access_token=t1',
    ])
  })

  it('is asked anew after a handshake that failed, which is no refusal', async () => {
    const asked: boolean[] = []
    const { clock, server, connection } = setUp({
      via: queryParameter(),
      token: ({ refused }) => {
        asked.push(refused)
        return { value: 't', expiresAt: clock.now() + 600_000 }
      },
    })
    server.refuse()
    await clock.advance(5_000)
    expect(asked.length).toBeGreaterThan(3)
    expect(asked).not.toContain(true)
    expect(connection.state.status).not.toBe('closed')
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['gives an empty text', () => ''],
    ['gives a number', () => 7 as never],
    ['gives a line break', () => 'a\nb'],
    ['gives an expired one', () => ({ value: 'a', expiresAt: 1 })],
    ['gives a text for expiresAt', () => ({ value: 'a', expiresAt: 'soon' as never })],
  ])('%s: a failed attempt, retried, with nothing lost', async (_, token) => {
    let fails = true
    const { clock, server, connection, errors } = setUp({
      via: queryParameter(),
      token: () => (fails ? token() : 'good'),
    })
    connection.send({ type: 'queued' })
    await clock.advance(1)
    expect(errors.map(({ code }) => code)).toEqual(['TOKEN'])
    expect(connection.state.status).toBe('waiting')
    fails = false
    await clock.advance(1_001)
    expect(server.messages).toEqual(['{"type":"queued"}'])
  })

  it('hangs: ended by connectTimeout, its signal aborted, and asked again', async () => {
    const signals: AbortSignal[] = []
    const { clock, connection } = setUp({
      via: queryParameter(),
      token({ signal }) {
        signals.push(signal)
        return new Promise<string>(() => undefined)
      },
    })
    await clock.advance(10_000)
    expect(connection.state).toMatchObject({ status: 'waiting', cause: { local: 'timeout' } })
    await clock.advance(1_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    await connection.close()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  it('comes after close(): nobody uses it, and nothing dials', async () => {
    let give: (token: string) => void = () => undefined
    const { clock, server, connection } = setUp({
      via: queryParameter(),
      token: () =>
        new Promise<string>((resolve) => {
          give = resolve
        }),
    })
    await clock.advance(1)
    await connection.close()
    give('late')
    await clock.advance(1)
    expect(server.connections).toEqual([])
  })
})

describe('a listener that closes', () => {
  it.each([
    ['url', [0, 0, 0]],
    ['token', [0, 0, 0]],
    ['handshake', [1, 0, 0]],
    ['sign-in', [1, 1, 0]],
  ] as const)(
    'at phase %s ends the dial there: nothing more is asked, made or sent',
    async (phase, expected) => {
      let created = 0
      const via = inBand({
        create(token) {
          created += 1
          return { type: 'sign-in', token }
        },
      })
      const { clock, server, connection, asked } = setUp(
        { via, token: async (context) => `token-${asked.push(context)}` },
        {},
        async () => 'wss://fake.test/',
      )
      connection.state$.subscribe((state) => {
        if ('phase' in state && state.phase === phase) void connection.close()
      })
      await clock.advance(10)
      expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
      expect([asked.length, server.connections.length, created]).toEqual(expected)
      expect(clock.pending).toBe(0)
    },
  )
})

describe('a refused sign-in', () => {
  it.each([1008, 3000, 4401])('by %i: a fresh token at once, told that it is for a refusal', async (code) => {
    const { clock, server, connection, asked } = setUp({ via: queryParameter() })
    await clock.advance(1)
    server.drop(code)
    await clock.advance(1)
    expect(asked.map(({ refused }) => refused)).toEqual([false, true])
    expect(connection.state.status).toBe('open')
  })

  it('by a message: the same', async () => {
    const { clock, server, asked, connection, welcome } = setUp({ via: inBand() })
    await clock.advance(1)
    server.send('{"type":"go-away"}')
    await clock.advance(1)
    expect(asked.map(({ refused }) => refused)).toEqual([false, true])
    welcome()
    expect(connection.state.status).toBe('open')
  })

  it('twice in a row: closed by auth, the queue kept for after the next open()', async () => {
    const { clock, server, connection, errors, welcome } = setUp({ via: inBand() })
    connection.send({ type: 'queued' })
    await clock.advance(1)
    server.send('{"type":"go-away"}')
    await clock.advance(1)
    server.close(4401)
    await clock.advance(100_000)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'auth', error: { code: 'AUTH_REFUSED' } })
    expect(errors.at(-1)?.code).toBe('AUTH_REFUSED')
    expect(server.connections).toHaveLength(2)
    expect(connection.outbox.queued).toBe(1)
    connection.open()
    await clock.advance(1)
    welcome()
    expect(server.messages.at(-1)).toBe('{"type":"queued"}')
  })

  it('does not use a kept token again', async () => {
    let calls = 0
    const { clock, server } = setUp({
      via: queryParameter(),
      token: () => ({ value: `t${++calls}`, expiresAt: clock.now() + 600_000 }),
    })
    await clock.advance(1)
    server.close(4401)
    await clock.advance(1)
    expect(server.connection.url).toContain('t2')
  })
})

describe('renewal', () => {
  const lasting = (clock: { now(): number }, life: number) => {
    let calls = 0
    return () => ({ value: `t${++calls}`, expiresAt: clock.now() + life })
  }

  it('sends a new token over the living connection, ahead of expiry', async () => {
    const clockOf: { now: () => number } = { now: () => 0 }
    const { clock, server, states, messages, welcome } = setUp({
      via: inBand(),
      token: lasting(clockOf, 100_000),
    })
    clockOf.now = clock.now
    await clock.advance(1)
    welcome()
    await clock.advance(70_000)
    expect(server.messages).toEqual(['{"type":"sign-in","token":"t1"}', '{"type":"sign-in","token":"t2"}'])
    welcome()
    await clock.advance(70_000)
    expect(server.messages).toHaveLength(3)
    expect(server.connections).toHaveLength(1)
    expect(messages).toEqual([])
    expect(states.filter(({ status }) => status === 'open')).toHaveLength(1)
  })

  it('keeps a new token for the next dial, with a carrier of the handshake', async () => {
    const clockOf: { now: () => number } = { now: () => 0 }
    const { clock, server } = setUp({ via: queryParameter(), token: lasting(clockOf, 100_000) })
    clockOf.now = clock.now
    await clock.advance(75_000)
    expect(server.connections).toHaveLength(1)
    server.drop(1006)
    await clock.advance(1_001)
    expect(server.connection.url).toContain('t2')
  })

  it('happens once after a sleep, and once after the clock was set', async () => {
    const clockOf: { now: () => number } = { now: () => 0 }
    const { clock, server, welcome } = setUp({ via: inBand(), token: lasting(clockOf, 100_000) })
    clockOf.now = clock.now
    await clock.advance(1)
    welcome()
    clock.sleep(500_000)
    await clock.advance(1)
    expect(server.messages).toHaveLength(2)
    welcome()
    clock.set(clock.now() - 50_000)
    await clock.advance(60_000)
    expect(server.messages).toHaveLength(2)
  })

  it('that fails is told, and tried again before the token expires', async () => {
    let calls = 0
    const { clock, errors, server, welcome } = setUp({
      via: inBand(),
      token() {
        calls += 1
        if (calls === 2) throw new Error('down')
        return { value: `t${calls}`, expiresAt: clock.now() + 100_000 }
      },
    })
    await clock.advance(1)
    welcome()
    await clock.advance(99_000)
    expect(errors.map(({ code }) => code)).toEqual(['TOKEN'])
    expect(server.messages.at(-1)).toBe('{"type":"sign-in","token":"t3"}')
  })

  it('refused: the connection is replaced with a fresh token', async () => {
    const clockOf: { now: () => number } = { now: () => 0 }
    const { clock, server, connection, welcome } = setUp({ via: inBand(), token: lasting(clockOf, 100_000) })
    clockOf.now = clock.now
    await clock.advance(1)
    welcome()
    await clock.advance(70_000)
    server.send('{"type":"go-away"}')
    await clock.advance(1)
    welcome()
    expect(server.connections).toHaveLength(2)
    expect(connection.state.status).toBe('open')
  })

  it('does not happen with renew: false', async () => {
    const clockOf: { now: () => number } = { now: () => 0 }
    const { clock, server, welcome } = setUp({
      via: inBand({ renew: false }),
      token: lasting(clockOf, 100_000),
    })
    clockOf.now = clock.now
    await clock.advance(1)
    welcome()
    await clock.advance(99_000)
    expect(server.messages).toHaveLength(1)
  })
})

describe('secrecy', () => {
  it.each(['ws://example.com', 'http://example.com'])('refuses %s at the call', (url) => {
    expect(() => setUp({ via: queryParameter() }, {}, url)).toThrow(
      expect.objectContaining({ code: 'INSECURE' }),
    )
  })

  it.each([
    'ws://localhost',
    'ws://app.localhost:1',
    'ws://127.0.0.1',
    'ws://127.9.9.9',
    'ws://[::1]:80',
    'wss://a.b',
  ])('lets a token travel to %s', (url) => {
    expect(() => setUp({ via: queryParameter() }, {}, url)).not.toThrow()
  })

  it('refuses an insecure URL that a function gives, and stops', async () => {
    const clock = virtualClock()
    const server = fakeServer(/^/, { clock, latency: 1 })
    const connection = connect(() => 'ws://example.com', {
      auth: { token: () => 't', via: queryParameter() },
      environment: { ...clock.environment, WebSocket: server.WebSocket },
    })
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', error: { code: 'INSECURE' } })
    expect(server.connections).toEqual([])
  })
})

describe('a token function', () => {
  it('is not called after close(), not even where a listener of its error closes', async () => {
    const { connection, clock, asked } = setUp({
      via: subprotocol(),
      async token() {
        asked.push({} as TokenContext)
        if (asked.length > 1) throw new Error('Signed out.')
        return { value: 'token', expiresAt: clock.now() + 60_000 }
      },
    })
    connection.errors$.subscribe(() => void connection.close())
    await clock.advance(31_000)
    expect(connection.state.status).toBe('closed')
    expect(clock.pending).toBe(0)
    expect(asked).toHaveLength(2)
  })

  it('that hangs during a handover is aborted by connectTimeout, and the next handover asks again', async () => {
    const signals: AbortSignal[] = []
    const { connection, clock, server } = setUp({
      via: queryParameter(),
      token({ signal }) {
        signals.push(signal)
        return signals.length === 2 ? new Promise<never>(() => undefined) : `token-${signals.length}`
      },
    })
    await clock.advance(1)
    connection.reconnect('', { handover: true })
    await clock.advance(10_000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    connection.reconnect('', { handover: true })
    await clock.advance(100)
    expect(server.connection.url).toContain('token-3')
  })
})

describe('an abort listener of the signal', () => {
  it.each(['reconnect()', 'connectTimeout'])('may close, where %s ends the call', async (what) => {
    const closed: Promise<unknown>[] = []
    const { connection, clock, states } = setUp({
      via: inBand(),
      token: ({ signal }) => {
        signal.addEventListener('abort', () => closed.push(connection.close()))
        return new Promise<never>(() => undefined)
      },
    })
    await clock.advance(1)
    if (what === 'reconnect()') connection.reconnect()
    else await clock.advance(10_000)
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(states.at(-1)).toBe(connection.state)
    closed.push(connection.close())
    for (const report of await Promise.all(closed)) expect(report).toMatchObject({ code: 1006 })
    expect(clock.pending).toBe(0)
  })
})

describe('a handover that fails', () => {
  it('does not end the renewals of the connection that stays', async () => {
    const { connection, clock, server, asked, welcome } = setUp({
      via: inBand(),
      token: () => {
        asked.push({} as TokenContext)
        return { value: `token-${asked.length}`, expiresAt: clock.now() + 600_000 }
      },
    })
    await clock.advance(1)
    welcome()
    server.refuse()
    connection.reconnect('', { handover: true })
    await clock.advance(1_000)
    const before = asked.length
    await clock.advance(3_600_000)
    expect(connection.state.status).toBe('open')
    expect(asked.length - before).toBeGreaterThan(5)
  })

  it('does not hold up a renewal that waits for the same token, whatever the function does', async () => {
    const { connection, clock, server, asked, errors, welcome } = setUp({
      via: inBand(),
      token: (context) => {
        asked.push(context)
        const token = { value: `token-${asked.length}`, expiresAt: clock.now() + 600_000 }
        return asked.length === 2 ? new Promise<never>(() => undefined) : token
      },
    })
    await clock.advance(1)
    welcome()
    await clock.advance(570_000)
    expect(asked).toHaveLength(2)
    connection.reconnect('', { handover: true })
    await clock.advance(10_000)
    expect(asked[1]?.signal.aborted).toBe(true)
    expect(errors.map(({ code }) => code)).toEqual(['CONNECT_TIMEOUT', 'TOKEN'])
    await clock.advance(30_000)
    expect(connection.state.status).toBe('open')
    expect(String(server.connection.messages.at(-1))).toContain('token-3')
  })

  it('has its token asked for again where that fails, too', async () => {
    const { connection, clock, server, asked, welcome } = setUp({
      via: inBand(),
      token: (context) => {
        asked.push(context)
        if (asked.length === 2) throw new Error('no network')
        return { value: `token-${asked.length}`, expiresAt: clock.now() + 600_000 }
      },
    })
    await clock.advance(1)
    welcome()
    connection.reconnect('', { handover: true })
    await clock.advance(100)
    server.connection.close(4401)
    await clock.advance(1_000)
    expect(asked).toHaveLength(1)
    await clock.advance(600_000)
    expect(connection.state.status).toBe('open')
    expect(asked.length).toBeGreaterThan(2)
  })
})

describe('a channel that reconnects as it subscribes', () => {
  it('leaves what is queued behind the next sign-in', async () => {
    const { connection, clock, server, welcome } = setUp({ via: inBand() })
    let hasReconnected = false
    const subscribe = () => {
      if (!hasReconnected) connection.reconnect()
      hasReconnected = true
      return { type: 'subscribe' }
    }
    connection.channel({ subscribe, filter: () => false }).subscribe()
    connection.send({ type: 'queued' })
    await clock.advance(1)
    welcome()
    await clock.advance(100)
    expect(server.connection.messages.map((data) => JSON.parse(String(data)).type)).toEqual(['sign-in'])
    welcome()
    await clock.advance(100)
    expect(server.connection.messages.map((data) => JSON.parse(String(data)).type)).toEqual([
      'sign-in',
      'subscribe',
      'queued',
    ])
  })
})

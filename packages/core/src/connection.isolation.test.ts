import { map } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import type { Codec } from './codec.ts'
import type { ConnectionState } from './state.ts'

const broken = new Error('broken')

/** Throws for as long as a test can bear, and then stops: an endless loop would end no test. */
function thrower() {
  const thrower = (..._: unknown[]): never => {
    thrower.calls += 1
    if (thrower.calls > 30) return undefined as never
    throw broken
  }
  thrower.calls = 0
  return thrower
}

const picky: Codec<unknown, unknown> = {
  encode: String,
  decode(data) {
    if (data === 'bad') throw broken
    return data
  },
}

const HANDLER = { code: 'HANDLER', cause: broken }

describe('a subscriber that throws', () => {
  it.each(['state$', 'events$', 'messages$', 'outbox$'] as const)(
    'of %s is told on errors$, and stops nobody else',
    async (name) => {
      const { connection, server, errors, clock, reported, handshake } = setUp()
      const bad = thrower()
      const seen: unknown[] = []
      connection[name].subscribe(bad)
      connection[name].subscribe((value: unknown) => seen.push(value))
      await handshake()
      server.send('x')
      connection.send('y')
      await clock.advance(100)
      expect(bad.calls).toBe(seen.length)
      expect(seen.length).toBeGreaterThan(0)
      expect(errors).toHaveLength(bad.calls)
      expect(errors[0]).toMatchObject(HANDLER)
      expect(connection.state.status).toBe('open')
      expect(reported).toEqual([])
    },
  )

  it('of events$ is not told of it there, which would go on for ever', async () => {
    const { connection, eventsOf, errors, handshake } = setUp()
    const bad = thrower()
    connection.events$.subscribe(bad)
    await handshake()
    expect(bad.calls).toBe(2)
    expect(errors).toHaveLength(2)
    expect(eventsOf('error')).toEqual([])
  })

  it('of errors$ is reported to the host, which would go on for ever otherwise', async () => {
    const { connection, server, reported } = await setUpOpen({ listens: false, codec: picky })
    const bad = thrower()
    const seen: unknown[] = []
    connection.errors$.subscribe(bad)
    connection.errors$.subscribe((error) => seen.push(error))
    server.send('bad')
    expect(bad.calls).toBe(1)
    expect(seen).toMatchObject([{ code: 'DECODE' }])
    expect(reported).toEqual([broken])
  })

  it('of both ends all the same', async () => {
    const { connection, server, reported } = await setUpOpen({ listens: false, codec: picky })
    const [badEvents, badErrors] = [thrower(), thrower()]
    connection.events$.subscribe(badEvents)
    connection.errors$.subscribe(badErrors)
    server.send('bad')
    expect([badEvents.calls, badErrors.calls]).toEqual([1, 2])
    expect(reported).toEqual([broken, broken])
  })

  it('is reported to the host where nobody listens to errors$', async () => {
    const { connection, server, reported } = await setUpOpen({ listens: false })
    connection.messages$.subscribe(thrower())
    server.send('x')
    expect(reported).toMatchObject([HANDLER])
  })

  it('of complete is told too', async () => {
    const { connection, server, errors } = await setUpOpen()
    connection.messages$.subscribe({ complete: thrower() })
    server.close(1000)
    expect(errors).toMatchObject([HANDLER])
  })
})

describe('an error that nobody listens for', () => {
  it('is reported to the host', async () => {
    const { server, reported } = await setUpOpen({ listens: false, codec: picky })
    server.send('bad')
    expect(reported).toMatchObject([{ code: 'DECODE', cause: broken }])
  })

  it('is not reported where the state shows it', async () => {
    const { clock, server, connection, reported } = setUp({ listens: false, connectTimeout: 100 })
    server.hang()
    await clock.advance(100)
    expect(connection.state).toMatchObject({ cause: { error: { code: 'CONNECT_TIMEOUT' } } })
    expect(reported).toEqual([])
  })

  it('does no harm where the reportError of the host throws, or cannot show it', async () => {
    const { server, clock, connection, handshake } = setUp({
      listens: false,
      environment: { reportError: undefined as never },
    })
    vi.stubGlobal('reportError', thrower())
    const messages: unknown[] = []
    const statuses: string[] = []
    connection.messages$.subscribe(thrower())
    connection.messages$.subscribe((message) => messages.push(message))
    connection.state$.subscribe(({ status }) => statuses.push(status))
    await handshake()
    server.send('a')
    vi.unstubAllGlobals()
    connection.errors$.subscribe(() => {
      throw Object.create(null)
    })
    server.send('b')
    server.drop(4403)
    await clock.settle()
    expect(messages).toEqual(['a', 'b'])
    expect(statuses).toEqual(['idle', 'connecting', 'open', 'closed'])
  })

  it('does no harm where reportError throws', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { clock, connection, server, statuses } = setUp({
      listens: false,
      codec: picky,
      environment: { reportError: thrower() },
    })
    await clock.advance(1)
    server.send('bad')
    server.drop()
    await clock.advance(1_001)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
    connection.send('x')
    expect(server.messages).toEqual(['x'])
    expect(warned).toHaveBeenCalledExactlyOnceWith(broken)
    warned.mockRestore()
  })
})

describe('a function of the user that throws', () => {
  it('as codec.decode leaves the messages around it alone', async () => {
    const { connection, server, errors } = await setUpOpen({ codec: picky })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    for (const data of ['a', 'bad', 'b']) server.send(data)
    expect(messages).toEqual(['a', 'b'])
    expect(errors).toMatchObject([{ code: 'DECODE', cause: broken }])
  })

  it('as codec.encode is thrown at the caller, and nothing is counted', async () => {
    const { connection, errors } = await setUpOpen({ codec: { ...picky, encode: thrower() } })
    expect(() => connection.send('x')).toThrow(expect.objectContaining({ code: 'ENCODE', cause: broken }))
    expect(connection.outbox).toMatchObject({ accepted: 0, dropped: 0 })
    expect(errors).toEqual([])
  })

  it('as schema is told, and the next message comes', async () => {
    const validate = (value: unknown) => (value === 'bad' ? thrower()() : { value })
    const { connection, server, errors } = await setUpOpen({
      codec: { encode: String, decode: (data) => data },
      schema: { '~standard': { version: 1, vendor: 'test', validate } },
    })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    for (const data of ['bad', 'b']) server.send(data)
    expect(messages).toEqual(['b'])
    expect(errors).toMatchObject([{ code: 'SCHEMA', cause: broken }])
  })

  it('as reconnect.backoff is replaced by the default', async () => {
    const { connection, server, errors } = await setUpOpen({ reconnect: { backoff: thrower() } })
    server.drop()
    expect(connection.state).toMatchObject({ status: 'waiting', delay: 2_000 })
    expect(errors).toMatchObject([HANDLER])
  })

  it('as reconnect.shouldReconnect leaves it to the table', async () => {
    const { connection, server, errors } = await setUpOpen({ reconnect: { shouldReconnect: thrower() } })
    server.close(1000)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict' })
    expect(errors).toMatchObject([HANDLER])
  })

  it.each([
    ['url', { url: thrower() }],
    ['protocols', { protocols: thrower() }],
  ])('for the %s is a failed attempt, and the next one asks it again', async (_, options) => {
    const { clock, connection, errors } = setUp(options)
    await clock.advance(0)
    expect(connection.state).toMatchObject({
      status: 'waiting',
      cause: { code: 1006, phase: 'connecting', local: 'error', error: HANDLER },
    })
    await clock.advance(1_000)
    expect(errors).toHaveLength(2)
    expect(connection.state).toMatchObject({ status: 'waiting', attempt: 2 })
  })
})

describe('the native class', () => {
  it('that refuses a message keeps it queued, and is told', async () => {
    const { clock, connection, server, errors, handshake } = setUp()
    connection.send('a')
    server.WebSocket.prototype.send = thrower()
    await handshake()
    expect(errors).toMatchObject([{ code: 'ENCODE', cause: broken }])
    expect(connection.outbox).toMatchObject({ accepted: 1, queued: 1, written: 0 })
    server.drop()
    expect(connection.state.status).toBe('waiting')
    await connection.close()
    expect(clock.pending).toBe(0)
  })

  it('that refuses a message within send() throws at the caller', async () => {
    const { connection, server } = await setUpOpen()
    server.connection.socket.send = thrower()
    expect(() => connection.send('a')).toThrow(expect.objectContaining({ code: 'ENCODE', cause: broken }))
    expect(connection.outbox).toMatchObject({ accepted: 0, written: 0, queued: 0 })
  })

  it('that refuses URL or subprotocols ends the connection, where no further dial can mend it', async () => {
    class Refusing extends EventTarget {
      constructor() {
        super()
        throw new SyntaxError('s3cret')
      }
    }
    const { connection, handshake } = setUp({ environment: { WebSocket: Refusing as never } })
    await handshake()
    const { state } = connection
    expect(state).toMatchObject({ status: 'closed', by: 'verdict', error: { code: 'CONFIGURATION' } })
    expect(JSON.stringify(state) + (state as { error?: Error }).error?.stack).not.toContain('s3cret')
  })
})

describe('an operator that throws', () => {
  it('ends its own stream only', async () => {
    const { connection, server } = await setUpOpen()
    const failed: unknown[] = []
    const messages: unknown[] = []
    connection.messages$.pipe(map(thrower())).subscribe({ error: (error) => failed.push(error) })
    connection.messages$.subscribe((message) => messages.push(message))
    server.send('a')
    server.send('b')
    expect(failed).toEqual([broken])
    expect(messages).toEqual(['a', 'b'])
  })
})

describe('a listener that waits', () => {
  it('finds the state it is told, and none that was not told yet', async () => {
    const { connection, server, clock } = await setUpOpen()
    const pairs: [ConnectionState, ConnectionState][] = []
    connection.state$.subscribe((state) => pairs.push([state, connection.state]))
    server.drop()
    await clock.advance(1_001)
    for (const [told, found] of pairs) expect(found).toBe(told)
  })
})

import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen } from '../../../test/unit/set-up.ts'
import { constant, fullJitter } from './backoff.ts'
import { queryParameter } from './carriers.ts'

describe('a connection that is lost', () => {
  it('comes back after 1006, and sends what was queued meanwhile, in order', async () => {
    const { clock, server, connection, statuses } = await setUpOpen()
    connection.send('1')
    server.drop(1006)
    connection.send('2')
    connection.send('3')
    await clock.advance(1_001)
    expect(server.messages).toEqual(['1', '2', '3'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 3, queued: 0, dropped: 0 })
  })

  it.each<[number, number]>([
    [1001, 2_500],
    [1005, 1_000],
    [1006, 1_000],
    [1011, 1_000],
    [1012, 17_500],
    [1013, 31_000],
    [4429, 31_000],
    [4000, 1_000],
  ])('by %i comes back after %i ms', async (code, delay) => {
    const { clock, server, connection } = await setUpOpen()
    server.drop(code)
    expect(connection.state).toMatchObject({ status: 'waiting', delay, retryAt: clock.now() + delay })
    await clock.advance(delay - 1)
    expect(server.connections).toHaveLength(1)
    await clock.advance(1)
    expect(server.connections).toHaveLength(2)
  })

  it.each([1000, 1010, 3003, 4400, 4403, 4406, 1008, 3000, 4401])('by %i is closed', async (code) => {
    const { clock, server, connection } = await setUpOpen()
    server.drop(code, 'enough')
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', code, reason: 'enough' })
    await clock.advance(60_000)
    expect(server.connections).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it.each(['both', 'error', 'close'] as const)('is lost once where the host fires %s', async (events) => {
    const { clock, server, eventsOf } = await setUpOpen()
    server.drop(1006, '', { events })
    await clock.advance(150)
    expect(eventsOf('lost')).toHaveLength(1)
    await clock.advance(1_000)
    expect(server.live).toHaveLength(1)
  })

  it('is not dialled again with reconnect: false', async () => {
    const { clock, server, connection } = await setUpOpen({ reconnect: false })
    server.drop(1006)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', code: 1006 })
    await clock.advance(60_000)
    expect(server.connections).toHaveLength(1)
  })

  it('keeps its queue after it stopped, for the next open()', async () => {
    const { server, connection, handshake } = await setUpOpen()
    server.close(4403)
    connection.send('kept')
    expect(connection.outbox.queued).toBe(1)
    connection.open()
    await handshake()
    expect(server.messages).toEqual(['kept'])
  })

  it('comes back after a delay of 60 days', async () => {
    const days = 60 * 24 * 60 * 60 * 1_000
    const { clock, server } = await setUpOpen({ reconnect: { backoff: constant(days) } })
    server.drop()
    await clock.advance(days - 1)
    expect(server.connections).toHaveLength(1)
    await clock.advance(1)
    expect(server.connections).toHaveLength(2)
  })

  it('draws anew each time, up to a growing ceiling', async () => {
    const { clock, server, states } = setUp({ reconnect: { backoff: fullJitter() } })
    server.refuse()
    await clock.advance(120_000)
    const delays = states.flatMap((state) => (state.status === 'waiting' ? [state.delay] : []))
    expect(delays.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 15_000, 15_000])
  })
})

describe('the attempt count', () => {
  it('goes on where the server accepts and drops: it is not hammered', async () => {
    const { clock, server, connection } = await setUpOpen({ reconnect: { backoff: fullJitter() } })
    const delays: number[] = []
    for (let i = 0; i < 5; i++) {
      server.close(1011)
      const { state } = connection
      expect(state).toMatchObject({ status: 'waiting', attempt: i + 1 })
      delays.push(state.status === 'waiting' ? state.delay : Number.NaN)
      await clock.advance((delays.at(-1) ?? 0) + 1)
      expect(connection.state).toMatchObject({ status: 'open', attempt: i + 2 })
    }
    expect(delays).toEqual([2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('starts anew once a connection was open for stableAfter', async () => {
    const { clock, server, connection } = setUp({ reconnect: { stableAfter: 700 } })
    server.refuse()
    await clock.advance(1_001)
    server.accept()
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'open', attempt: 2 })
    await clock.advance(700)
    server.drop()
    await clock.advance(1_000)
    expect(connection.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('starts anew also where the timer slept: the clock says that it was stable', async () => {
    const { clock, server, connection } = await setUpOpen({ reconnect: { maxAttempts: 1 } })
    clock.sleep(5_000)
    server.drop()
    expect(connection.state.status).toBe('waiting')
  })

  it('ends the connection at maxAttempts, by attempts', async () => {
    const { clock, server, connection, eventsOf } = setUp({ reconnect: { maxAttempts: 3 } })
    server.refuse()
    await clock.advance(60_000)
    expect(server.connections).toHaveLength(3)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'attempts', attempt: 3, code: 1006 })
    expect(eventsOf('lost').map(({ verdict }) => verdict)).toEqual(['retry', 'retry', 'stop'])
    expect(clock.pending).toBe(0)
  })
})

describe('refused sign-ins', () => {
  it('ask the function for URL anew, once at once, and end the connection at the second', async () => {
    const asked: number[] = []
    const { clock, server, connection, errors } = setUp({
      url(attempt) {
        asked.push(attempt)
        return 'ws://fake.test/'
      },
    })
    await clock.advance(1)
    server.close(4401)
    await clock.advance(1)
    expect(connection.state).toMatchObject({ status: 'open', attempt: 2 })
    server.close(4401)
    expect(connection.state).toMatchObject({
      status: 'closed',
      by: 'auth',
      code: 4401,
      error: { code: 'AUTH_REFUSED' },
    })
    expect(asked).toEqual([1, 2])
    expect(errors).toMatchObject([{ code: 'AUTH_REFUSED' }])
  })

  it('are told to the token function also after the end that they led to', async () => {
    const refused: boolean[] = []
    const { clock, server, connection } = setUp({
      auth: {
        token(context) {
          refused.push(context.refused)
          return 'token'
        },
        via: queryParameter(),
        allowInsecure: true,
      },
    })
    for (let i = 0; i < 2; i++) {
      await clock.advance(1)
      server.close(4401)
    }
    expect(connection.state).toMatchObject({ status: 'closed', by: 'auth' })
    connection.open()
    expect(refused).toEqual([false, true, true])
  })

  it('count anew after a stable connection', async () => {
    const { clock, server, connection } = await setUpOpen({ protocols: () => 'chat' })
    for (let i = 0; i < 3; i++) {
      server.close(4401)
      await clock.advance(5_001)
    }
    expect(connection.state.status).toBe('open')
  })
})

describe('shouldReconnect', () => {
  it('is asked with what ended the connection, and its answer is carried out', async () => {
    const asked: unknown[] = []
    const { clock, server, connection } = await setUpOpen({
      reconnect: {
        shouldReconnect(close, attempt) {
          asked.push([close.code, close.phase, attempt])
          return close.code === 1000 ? { retryAfter: 5_000 } : close.code !== 4999
        },
      },
    })
    server.close(1000)
    expect(connection.state).toMatchObject({ status: 'waiting', delay: 6_000 })
    await clock.advance(6_001)
    server.close(4999)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', code: 4999 })
    expect(asked).toEqual([
      [1000, 'open', 1],
      [4999, 'open', 2],
    ])
  })

  it('is told what this side found', async () => {
    const asked: unknown[] = []
    const { clock, server } = setUp({
      connectTimeout: 100,
      reconnect: { shouldReconnect: (close) => void asked.push(close.local ?? close.code) },
    })
    server.hang()
    await clock.advance(100)
    server.refuse()
    await clock.advance(1_001)
    expect(asked).toEqual(['timeout', 1006])
  })
})

import { describe, expect, it } from 'vitest'
import { setUp, setUpOpen, tellLate } from '../../../test/unit/set-up.ts'

async function setUpStalled() {
  const world = await setUpOpen({ queue: { highWaterMark: 1 } })
  world.server.stall()
  for (const text of ['1', '2', '3']) world.connection.send(text)
  return world
}

describe('close()', () => {
  it('leaves nothing behind', async () => {
    const { clock, connection, server } = await setUpOpen()
    const report = connection.close(1000, 'bye')
    await clock.advance(1)
    expect(await report).toEqual({
      code: 1000,
      reason: 'bye',
      wasClean: true,
      undelivered: [],
      unconfirmed: [],
    })
    expect(clock.pending).toBe(0)
    expect(server.live).toEqual([])
  })

  it('throws at the call for what may not be sent, and goes on', async () => {
    const { connection } = await setUpOpen()
    const configuration = expect.objectContaining({ code: 'CONFIGURATION' })
    expect(() => connection.close(1001)).toThrow(configuration)
    expect(() => connection.close(1000, 'x'.repeat(124))).toThrow(configuration)
    expect(() => connection.close(1000, '', { drainTimeout: -1 })).toThrow(configuration)
    expect(connection.state.status).toBe('open')
  })

  it.each<[string, number | undefined, string | undefined, object, number]>([
    ['nothing', undefined, undefined, { code: undefined, reason: '' }, 1005],
    ['a code', 4000, undefined, { code: 4000, reason: '' }, 4000],
    ['a code and a reason of 123 bytes', 4000, '€'.repeat(41), { code: 4000, reason: '€'.repeat(41) }, 4000],
    ['a reason only', undefined, 'bye', { code: 1000, reason: 'bye' }, 1000],
  ])('sends %s', async (_, code, reason, closedWith, told) => {
    const { connection, server, handshake } = await setUpOpen()
    const report = connection.close(code, reason)
    expect(server.connection.closedWith).toEqual(closedWith)
    await handshake()
    expect((await report).code).toBe(told)
  })

  it('writes what is queued first', async () => {
    const { connection, server, clock } = await setUpStalled()
    const report = connection.close()
    expect(connection.state.status).toBe('closing')
    expect(server.connection.closedWith).toBeUndefined()
    server.drain()
    await clock.advance(60)
    expect(server.messages).toEqual(['1', '2', '3'])
    expect(await report).toMatchObject({ undelivered: [], wasClean: true })
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 3, dropped: 0 })
  })

  it.each<[number | undefined, number]>([
    [undefined, 3_000],
    [700, 700],
  ])('with drainTimeout %s gives what could not be written up after %i ms', async (drainTimeout, after) => {
    const { connection, server, clock, eventsOf } = await setUpStalled()
    const report = connection.close(1000, '', drainTimeout === undefined ? {} : { drainTimeout })
    await clock.advance(after - 1)
    expect(server.connection.closedWith).toBeUndefined()
    await clock.advance(1)
    expect(server.connection.closedWith).toBeDefined()
    server.drain()
    expect(await report).toMatchObject({ undelivered: ['2', '3'], wasClean: true })
    expect(eventsOf('dropped').map(({ message, reason }) => [message, reason])).toEqual([
      ['2', 'closed'],
      ['3', 'closed'],
    ])
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 1, dropped: 2, queued: 0 })
    await clock.advance(1)
    expect(clock.pending).toBe(0)
  })

  it('does not wait with drainTimeout 0', async () => {
    const { connection, server } = await setUpStalled()
    const report = connection.close(1000, '', { drainTimeout: 0 })
    expect(server.connection.closedWith).toBeDefined()
    server.drain()
    expect(await report).toMatchObject({ undelivered: ['2', '3'] })
  })

  it('goes on at once where the last message that it waits for expires', async () => {
    const { connection, server, clock } = await setUpOpen({ queue: { highWaterMark: 1 } })
    server.stall()
    connection.send('1')
    connection.send('2', { ttl: 100 })
    const report = connection.close()
    await clock.advance(99)
    expect(server.connection.closedWith).toBeUndefined()
    await clock.advance(1)
    server.drain()
    expect(await report).toMatchObject({ undelivered: [], wasClean: true })
  })

  it('gives a silent peer closeTimeout, and the socket up after it', async () => {
    const { connection, server, clock } = await setUpOpen({ closeTimeout: 500 })
    server.answersClose = false
    const report = connection.close(4000, 'bye')
    await clock.advance(499)
    expect(connection.state.status).toBe('closing')
    await clock.advance(1)
    expect(await report).toEqual({
      code: 1006,
      reason: '',
      wasClean: false,
      undelivered: [],
      unconfirmed: [],
    })
    expect(clock.pending).toBe(0)
    server.connection.close(4000, 'late')
    expect(connection.state).toMatchObject({ status: 'closed', code: 1006 })
  })

  it('reports what the peer closed with where it comes first', async () => {
    const { connection, server } = await setUpStalled()
    const report = connection.close(1000)
    server.close(4007, 'mine')
    expect(await report).toEqual({
      code: 4007,
      reason: 'mine',
      wasClean: true,
      // The first one was written, and never left.
      undelivered: ['1', '2', '3'],
      unconfirmed: [],
    })
  })

  it('still tells what comes until the end', async () => {
    const { connection, server, clock } = await setUpOpen()
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    server.answersClose = false
    void connection.close()
    tellLate(server.connection, 'late')
    await clock.advance(3_000)
    tellLate(server.connection, 'too late')
    expect(messages).toEqual(['late'])
  })

  it('before the first dial, or while connecting, drops what is queued', async () => {
    const { connection, clock, server, eventsOf } = setUp()
    connection.send('x')
    expect(await connection.close()).toMatchObject({ undelivered: ['x'], code: 1006 })
    expect(eventsOf('dropped')).toMatchObject([{ message: 'x', reason: 'closed' }])
    await clock.advance(100_000)
    expect(server.connections).toEqual([])
  })

  it('resolves every promise of one end with the same report', async () => {
    const { connection, handshake } = await setUpOpen()
    const reports = [connection.close(1000, 'a'), connection.close(4000, 'b')]
    await handshake()
    const [first, second] = await Promise.all([...reports, connection.close()])
    expect(first).toBe(second)
    expect(first).toMatchObject({ code: 1000, reason: 'a' })
  })

  it('ends a pending reconnect', async () => {
    const { connection, server, clock } = await setUpOpen()
    server.drop()
    await connection.close()
    await clock.advance(100_000)
    expect(server.connections).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})

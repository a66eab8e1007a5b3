import { describe, expect, it } from 'vitest'
import { type ConnectionState, connect, constant } from './index.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

function setUp(options: Parameters<typeof connect>[1] = {}) {
  const clock = virtualClock()
  const server = fakeServer({ clock: clock.environment })
  const connection = connect('ws://fake.test/room', {
    reconnect: { backoff: constant(1_000) },
    ...options,
    environment: { ...clock.environment, WebSocket: server.WebSocket, random: () => 0.5 },
  })
  const states: ConnectionState[] = []
  connection.state$.subscribe((state) => states.push(state))
  return { clock, server, connection, states, statuses: () => states.map(({ status }) => status) }
}

describe('a connection', () => {
  it('dials in a microtask, so that who subscribes at once misses nothing', async () => {
    const { clock, server, connection, statuses } = setUp()
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    expect(server.sockets).toHaveLength(0)
    await clock.advance(1)
    server.send('hello')
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(messages).toEqual(['hello'])
  })

  it('comes back after 1006, and sends what was queued meanwhile, in order', async () => {
    const { clock, server, connection, statuses } = setUp()
    await clock.advance(1)
    connection.send('1')
    server.drop(1006)
    connection.send('2')
    connection.send('3')
    await clock.advance(1_001)
    expect(server.messages).toEqual(['1', '2', '3'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(connection.outbox).toMatchObject({ accepted: 3, written: 3, queued: 0, dropped: 0 })
  })

  it('leaves nothing behind after close()', async () => {
    const { clock, connection, server } = setUp()
    await clock.advance(1)
    const report = connection.close(1000, 'bye')
    await clock.advance(1)
    expect(await report).toEqual({ code: 1000, reason: 'bye', wasClean: true, undelivered: [] })
    expect(clock.pending).toBe(0)
    expect(server.live).toEqual([])
  })
})

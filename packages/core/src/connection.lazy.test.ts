import { describe, expect, it } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'
import { altered, held } from '../../../test/unit/storage-of.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { memoryOutbox } from './testing/index.ts'

describe('a lazy connection', () => {
  it('does not dial by itself, nor for subscribers of anything but messages$', async () => {
    const { connection, server, clock } = setUp({ lazy: true })
    connection.outbox$.subscribe()
    await clock.advance(60_000)
    expect(connection.state).toEqual({ status: 'idle', attempt: 0 })
    expect(server.connections).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('dials at the first subscriber of messages$, which misses nothing', async () => {
    const { connection, server, handshake } = setUp({ lazy: true })
    const messages: unknown[] = []
    connection.messages$.subscribe((message) => messages.push(message))
    connection.messages$.subscribe()
    await handshake()
    server.send('x')
    expect(messages).toEqual(['x'])
    expect(server.connections).toHaveLength(1)
  })

  it('dials at the first send()', async () => {
    const { connection, server, handshake } = setUp({ lazy: true })
    connection.send('x')
    await handshake()
    expect(server.messages).toEqual(['x'])
  })

  it('dials at open()', async () => {
    const { connection, handshake } = setUp({ lazy: true })
    connection.open()
    await handshake()
    expect(connection.state.status).toBe('open')
  })

  it('stays connected without an idleTimeout', async () => {
    const { connection, clock, handshake } = setUp({ lazy: true })
    const subscription = connection.messages$.subscribe()
    await handshake()
    subscription.unsubscribe()
    await clock.advance(3_600_000)
    expect(connection.state.status).toBe('open')
  })

  it('does not dial for a subscriber once it is closed', async () => {
    const { connection, server, clock } = setUp({ lazy: true })
    await connection.close()
    connection.messages$.subscribe()
    await clock.advance(1_000)
    expect(server.connections).toEqual([])
    connection.open()
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
  })
})

describe('idleTimeout', () => {
  const IDLE = { lazy: true, idleTimeout: 1_000 } as const

  it('brings the connection back to idle once the last subscriber has gone', async () => {
    const { connection, server, clock, handshake, statuses } = setUp(IDLE)
    const [first, second] = [connection.messages$.subscribe(), connection.messages$.subscribe()]
    await handshake()
    first.unsubscribe()
    await clock.advance(10_000)
    expect(connection.state.status).toBe('open')
    second.unsubscribe()
    await clock.advance(999)
    expect(connection.state.status).toBe('open')
    await clock.advance(1)
    expect(connection.state).toEqual({ status: 'idle', attempt: 0 })
    await clock.advance(1)
    expect(server.live).toEqual([])
    expect(clock.pending).toBe(0)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'idle'])
  })

  it('does not, where somebody comes back in time', async () => {
    const { connection, clock, handshake, server } = setUp(IDLE)
    connection.messages$.subscribe().unsubscribe()
    await handshake()
    await clock.advance(500)
    connection.messages$.subscribe()
    await clock.advance(10_000)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(1)
  })

  it('dials again for the next who comes', async () => {
    const { connection, clock, server } = setUp(IDLE)
    connection.messages$.subscribe().unsubscribe()
    await clock.advance(2_000)
    expect(connection.state.status).toBe('idle')
    connection.messages$.subscribe()
    await clock.advance(1)
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(2)
  })

  it('does not come while something is queued', async () => {
    const { connection, clock, server } = setUp({ ...IDLE, connectTimeout: Infinity })
    server.hang()
    connection.send('x')
    await clock.advance(60_000)
    expect(connection.state.status).toBe('connecting')
    server.accept()
    await clock.advance(1_000)
    expect(server.messages).toEqual(['x'])
    expect(connection.state.status).toBe('idle')
  })

  it('counts from the last deliver(), too', async () => {
    const { connection, clock } = setUp(IDLE)
    await Promise.all([connection.deliver('x'), clock.advance(1)])
    await clock.advance(999)
    await connection.deliver('y')
    await clock.advance(999)
    expect(connection.state.status).toBe('open')
    await clock.advance(1)
    expect(connection.state.status).toBe('idle')
  })

  it('counts from the last send(), though nothing waits any more', async () => {
    const { connection, clock, server } = setUp(IDLE)
    connection.send('x')
    await clock.advance(1)
    for (let i = 0; i < 10; i++) {
      await clock.advance(999)
      connection.send('x')
    }
    expect(connection.state.status).toBe('open')
    expect(server.connections).toHaveLength(1)
    await clock.advance(1_000)
    expect(connection.state.status).toBe('idle')
  })

  it('comes too where the last message expires, or is cleared', async () => {
    const { connection, clock, server } = setUp(IDLE)
    server.hang()
    connection.send('x', { ttl: 500 })
    await clock.advance(1_499)
    expect(connection.state.status).toBe('connecting')
    await clock.advance(1)
    expect(connection.state.status).toBe('idle')
    connection.send('y')
    connection.clear()
    await clock.advance(1_000)
    expect(connection.state.status).toBe('idle')
    await clock.advance(1)
    expect(server.live).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('comes too for one that was opened by hand and that nobody uses', async () => {
    const { connection, clock } = setUp(IDLE)
    connection.open()
    await clock.advance(1_000)
    expect(connection.state.status).toBe('idle')
  })

  it('comes between two attempts as well', async () => {
    const { connection, clock, server } = setUp({ ...IDLE, reconnect: { backoff: () => 5_000 } })
    server.refuse()
    connection.messages$.subscribe().unsubscribe()
    await clock.advance(999)
    expect(connection.state.status).toBe('waiting')
    await clock.advance(1)
    expect(connection.state.status).toBe('idle')
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind where the connection ends', async () => {
    const { connection, clock, server } = setUp({ ...IDLE, idleTimeout: 60_000 })
    connection.messages$.subscribe().unsubscribe()
    await clock.advance(1)
    server.close(1000)
    expect(connection.state.status).toBe('closed')
    expect(clock.pending).toBe(0)
  })
})

describe('messages that come back to a lazy connection', () => {
  it('out of a storage that takes its time, are waited for', async () => {
    const { storage, release } = held(memoryOutbox())
    const { connection, server, clock } = setUp({ lazy: true, idleTimeout: 100, queue: { storage } })
    connection.open()
    await clock.advance(1_000)
    expect(connection.state.status).toBe('open')
    release()
    await clock.advance(50)
    expect(connection.state.status).toBe('open')
    await clock.advance(100)
    expect(connection.state.status).toBe('idle')
    expect(server.connections).toHaveLength(1)
  })

  it('unsent, out of the native buffer, keep it awake', async () => {
    const { connection, server, clock } = setUp({ lazy: true, idleTimeout: 500 })
    connection.send('a')
    await clock.advance(1)
    server.stall()
    connection.send('b')
    await clock.advance(100)
    server.drop()
    server.drain()
    expect(connection.outbox.queued).toBe(1)
    await clock.advance(1_100)
    expect(server.messages).toEqual(['a', 'b'])
    await clock.advance(1_000)
    expect(connection.state.status).toBe('idle')
  })

  it('out of a storage that adopts them late, wake it', async () => {
    let adopt: Parameters<OutboxStorage['open']>[0] = () => undefined
    const storage = altered(memoryOutbox(), {
      async open(take) {
        adopt = take
        return []
      },
    })
    const { connection, server, clock } = setUp({ lazy: true, idleTimeout: 500, queue: { storage } })
    connection.send('mine')
    await clock.advance(5_000)
    expect(connection.state.status).toBe('idle')
    adopt([{ order: -1, data: 'of another tab' }])
    await clock.advance(100)
    expect(server.messages).toEqual(['mine', 'of another tab'])
  })
})

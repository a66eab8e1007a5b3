import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from './index.ts'
import { type SnapshotPart, snapshotsOf } from './snapshot.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

async function setUp() {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const connection = connect('ws://fake.test', {
    environment: { ...clock.environment, WebSocket: server.WebSocket },
  })
  await clock.advance(1)
  const store = snapshotsOf(connection)
  function listen(...parts: SnapshotPart[]) {
    const seen: unknown[] = []
    const stop = store.subscribe(() => seen.push(store.get()), parts)
    return { seen, stop }
  }
  return { clock, server, connection, store, listen }
}

describe('the snapshots of a connection', () => {
  it('are the same object until something is published', async () => {
    const { server, store, listen } = await setUp()
    listen('state', 'lastMessage', 'outbox')
    vi.advanceTimersByTime(16)
    const before = store.get()
    server.send('hello')
    expect(store.get()).toBe(before)
    vi.advanceTimersByTime(16)
    expect(store.get()).not.toBe(before)
    expect(store.get()).toBe(store.get())
  })

  it('come at most once a frame for messages, and end on the last one', async () => {
    const { server, listen } = await setUp()
    const { seen } = listen('lastMessage')
    for (let i = 1; i <= 100; i++) server.send(`${i}`)
    expect(seen).toHaveLength(0)
    vi.advanceTimersByTime(16)
    expect(seen).toMatchObject([{ lastMessage: '100', messageCount: 100 }])
  })

  it('come at once for a state, with the messages before it', async () => {
    const { server, listen } = await setUp()
    const { seen } = listen('state', 'lastMessage')
    server.send('last words')
    server.drop(1006)
    expect(seen).toMatchObject([{ status: 'waiting', lastMessage: 'last words' }])
  })

  it('show the present to a first render, of parts that nobody was told of', async () => {
    const { server, connection, store } = await setUp()
    server.stall()
    connection.send('1')
    expect(store.get()).toMatchObject({ status: 'open', outbox: { accepted: 1 } })
    connection.close()
    expect(store.get().status).toBe('closing')
  })

  it('keep a message for its frame though somebody looked at other parts before', async () => {
    const { server, connection, store, listen } = await setUp()
    const { seen } = listen('lastMessage')
    server.send('hello')
    connection.send('x')
    server.drop(1006)
    expect(store.get()).toMatchObject({ status: 'waiting', outbox: { accepted: 1 }, lastMessage: undefined })
    vi.advanceTimersByTime(16)
    expect(seen).toMatchObject([{ status: 'waiting', outbox: { accepted: 1 }, lastMessage: 'hello' }])
  })

  it('listen for nothing that nobody wants', async () => {
    const { clock, server, connection, listen } = await setUp()
    const unobserved: unknown[] = []
    connection.events$.subscribe((event) => event.type === 'unobserved' && unobserved.push(event.count))
    const { stop } = listen('state', 'outbox')
    server.send('1')
    await clock.advance(16)
    const wanting = listen('lastMessage')
    server.send('2')
    await clock.advance(16)
    wanting.stop()
    server.send('3')
    stop()
    await clock.advance(16)
    expect(unobserved).toEqual([1, 1])
  })
})

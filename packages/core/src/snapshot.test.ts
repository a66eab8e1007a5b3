import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChannelStore } from './channel-store.ts'
import { HistoryStore } from './history.ts'
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

  it('come in one frame with histories and channels, and with them at once for a state', async () => {
    const { server, connection, store } = await setUp()
    const options = { subscribe: () => '+', filter: () => true }
    const history = new HistoryStore(connection, 9)
    const channel = new ChannelStore(connection, 'key', options)
    const shown: unknown[] = []
    const show = (): void => void shown.push([store.get().lastMessage, history.get(), channel.get()])
    // As a view renders: once for all that is published in one go.
    const render = (): void => {
      if (shown.length === 0) queueMicrotask(show)
      shown.push('asked')
    }
    store.subscribe(render, ['state', 'lastMessage'])
    history.subscribe(render)
    channel.subscribe(render)
    for (const message of ['1', '2']) server.send(message)
    vi.advanceTimersByTime(16)
    expect(shown).toEqual(['asked', 'asked', 'asked'])
    await Promise.resolve()
    expect(shown.at(-1)).toEqual(['2', ['1', '2'], '2'])
    shown.length = 0
    server.send('bye')
    server.drop(1006)
    await Promise.resolve()
    expect(shown.at(-1)).toEqual(['bye', ['1', '2', 'bye'], 'bye'])
    expect(shown).toHaveLength(4)
    vi.advanceTimersByTime(100)
    expect(shown).toHaveLength(4)
  })

  it('come to all views, also where one throws: that is reported', async () => {
    const { server, connection, store } = await setUp()
    const errors: unknown[] = []
    connection.errors$.subscribe(({ code }) => errors.push(code))
    const history = new HistoryStore(connection, 9)
    store.subscribe(() => {
      throw new Error('of a view')
    }, ['lastMessage'])
    let seen = 0
    history.subscribe(() => {
      seen += 1
    })
    server.send('hello')
    vi.advanceTimersByTime(16)
    expect([seen, errors]).toEqual([1, ['HANDLER']])
  })

  it('come to every listener of a view, also where one throws: that is reported', async () => {
    const { server, connection, store } = await setUp()
    const errors: unknown[] = []
    connection.errors$.subscribe(({ code }) => errors.push(code))
    store.subscribe(() => {
      throw new Error('of a listener')
    }, ['lastMessage'])
    const seen: unknown[] = []
    store.subscribe(() => seen.push(store.get().lastMessage), ['lastMessage'])
    server.send('hello')
    vi.advanceTimersByTime(16)
    expect([seen, errors]).toEqual([['hello'], ['HANDLER']])
  })

  it('have no message for who reads after the last reader has gone, until one comes', async () => {
    const { server, store, listen } = await setUp()
    const first = listen('lastMessage')
    server.send('old')
    vi.advanceTimersByTime(16)
    first.stop()
    // A remount goes on with it.
    const again = listen('lastMessage')
    await Promise.resolve()
    expect(store.get().lastMessage).toBe('old')
    again.stop()
    await Promise.resolve()
    server.send('missed')
    expect(store.get().lastMessage).toBeUndefined()
    const late = listen('lastMessage')
    vi.advanceTimersByTime(16)
    expect(late.seen).toEqual([])
    server.send('new')
    vi.advanceTimersByTime(16)
    expect(late.seen).toMatchObject([{ lastMessage: 'new' }])
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

  it('show the numbers of the queue from the first frame on, and then where they change', async () => {
    const { clock, server, connection, listen } = await setUp()
    server.stall()
    connection.send('1')
    const { seen } = listen('outbox')
    vi.advanceTimersByTime(16)
    expect(seen).toMatchObject([{ outbox: { accepted: 1 } }])
    connection.send('2')
    await clock.advance(16)
    expect(seen).toMatchObject([{ outbox: { accepted: 1 } }, { outbox: { accepted: 2 } }])
    const { outbox } = seen.at(-1) as { outbox: object }
    server.send('nothing that a view of the queue shows')
    await clock.advance(100)
    vi.advanceTimersByTime(100)
    expect(seen.slice(2)).toEqual([])
    expect(outbox).toEqual(connection.outbox)
  })

  it('keep the numbers of the queue where they say the same, whatever else changes', async () => {
    const { connection, store, listen, server } = await setUp()
    const before = store.get()
    expect(store.get()).toBe(before)
    const { seen } = listen('state')
    server.drop(1006)
    expect(seen).toMatchObject([{ status: 'waiting' }])
    expect(store.get().outbox).toBe(before.outbox)
    connection.send('x')
    expect(store.get()).toMatchObject({ status: 'waiting', outbox: { queued: 1 } })
  })

  it('come at once where the state has moved on before somebody listened', async () => {
    const { server, store, listen } = await setUp()
    const other = listen('lastMessage')
    expect(store.get().status).toBe('open')
    server.drop(1006)
    const { stop } = listen('state')
    expect(other.seen).toMatchObject([{ status: 'waiting' }])
    stop()
    listen('state')
    expect(other.seen).toHaveLength(1)
  })

  it('are told to each who listens, also twice by one function, until each has left, once', async () => {
    const { server, store } = await setUp()
    let calls = 0
    const count = (): void => {
      calls += 1
    }
    const stops = [store.subscribe(count, ['lastMessage']), store.subscribe(count, ['lastMessage'])]
    server.send('1')
    vi.advanceTimersByTime(16)
    expect(calls).toBe(2)
    stops[0]?.()
    stops[0]?.()
    server.send('2')
    vi.advanceTimersByTime(16)
    expect(calls).toBe(3)
    expect(store.get()).toMatchObject({ lastMessage: '2', messageCount: 2 })
  })

  it('are complete when the last who listened has left, and no frame is waited for', async () => {
    const { server, store, listen } = await setUp()
    const { seen, stop } = listen('lastMessage')
    const other = listen('state')
    server.send('last words')
    stop()
    expect(vi.getTimerCount()).toBe(1)
    other.stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(store.get()).toMatchObject({ lastMessage: 'last words', messageCount: 1 })
    expect(seen).toEqual([])
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

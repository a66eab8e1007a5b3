import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HistoryStore } from './history.ts'
import { connect } from './index.ts'
import { fakeServer, virtualClock } from './testing/index.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

async function setUp(limit: number) {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const connection = connect('ws://fake.test', {
    environment: { ...clock.environment, WebSocket: server.WebSocket },
  })
  await clock.advance(1)
  const store = new HistoryStore(connection, limit)
  const seen: unknown[][] = []
  const stop = store.subscribe(() => seen.push([...store.get()]))
  return { server, store, seen, stop }
}

describe('a history', () => {
  it('keeps the newest messages, oldest first, in a new array once a frame', async () => {
    const { server, store, seen } = await setUp(3)
    for (let i = 1; i <= 100; i++) server.send(`${i}`)
    const before = store.get()
    expect(before).toEqual([])
    vi.advanceTimersByTime(16)
    expect(seen).toEqual([['98', '99', '100']])
    expect(before).toEqual([])
  })

  it('holds fewer than twice the limit, however many come', async () => {
    const { server, store } = await setUp(3)
    for (let i = 1; i <= 100; i++) server.send(`${i}`)
    store.resize(100)
    expect(store.get().length).toBeLessThan(6)
    expect(store.get().slice(-3)).toEqual(['98', '99', '100'])
  })

  it('is told to every listener, also where one throws', async () => {
    const { server, store } = await setUp(3)
    store.subscribe(() => {
      throw new Error('of a listener')
    })
    const told: unknown[] = []
    store.subscribe(() => told.push(...store.get()))
    server.send('1')
    vi.advanceTimersByTime(16)
    expect(told).toEqual(['1'])
  })

  it('keeps what it has when the limit changes', async () => {
    const { server, store } = await setUp(3)
    for (let i = 1; i <= 3; i++) server.send(`${i}`)
    store.resize(5)
    for (let i = 4; i <= 9; i++) server.send(`${i}`)
    vi.advanceTimersByTime(16)
    expect(store.get()).toEqual(['5', '6', '7', '8', '9'])
    store.resize(2)
    expect(store.get()).toEqual(['8', '9'])
  })

  it.each([0, -1, 1.5, Number.NaN])('does not take %s for a limit', async (limit) => {
    await expect(setUp(limit)).rejects.toMatchObject({ code: 'CONFIGURATION' })
    const { store } = await setUp(1)
    const message = `The limit of a message history must be a whole number, 1 or more; got ${limit}.`
    expect(() => store.resize(limit)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', message }))
  })

  it('goes on after a remount with what it has', async () => {
    const { server, store, stop } = await setUp(3)
    server.send('1')
    stop()
    store.subscribe(() => undefined)
    server.send('2')
    vi.advanceTimersByTime(16)
    expect(store.get()).toEqual(['1', '2'])
  })

  it('is the same array where the limit is the same', async () => {
    const { server, store, seen } = await setUp(3)
    server.send('1')
    store.resize(3)
    expect(store.get()).toEqual([])
    expect(seen).toEqual([])
  })

  it('goes on until the last listener has left, which sees all until then', async () => {
    const { server, store, seen, stop } = await setUp(3)
    const other = store.subscribe(() => undefined)
    other()
    other()
    server.send('1')
    stop()
    server.send('2')
    vi.advanceTimersByTime(16)
    expect(store.get()).toEqual(['1'])
    expect(seen).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

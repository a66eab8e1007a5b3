import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { constant } from './backoff.ts'
import { type Entry, Registry } from './registry.ts'
import { type FakeServer, fakeServer } from './testing/index.ts'

const URL = 'ws://fake.test/room'
const KEPT = 100
const REMEMBERED = 10_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

interface World {
  readonly registry: Registry
  readonly server: FakeServer
  /** Dials so far. */
  readonly dials: () => number
  readonly find: (key?: string, options?: { name?: string; lazy?: boolean }) => Entry
  /** Calls of what was given to `release()`. */
  readonly closed: string[]
  readonly release: (entry: Entry) => void
}

function setUp(): World {
  const registry = new Registry()
  const server = fakeServer(/^/, { latency: 1 })
  const environment = {
    WebSocket: server.WebSocket,
    setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
    now: () => Date.now(),
  }
  const closed: string[] = []
  return {
    registry,
    server,
    dials: () => server.connections.length,
    find: (key = 'room', { name, lazy } = {}) =>
      registry.find({ key, name }, URL, {
        environment,
        reconnect: { backoff: constant(60_000) },
        ...(lazy === undefined ? {} : { lazy }),
      }),
    closed,
    release: (entry) => registry.release(entry, () => closed.push(entry.key)),
  }
}

async function setUpHeld(options?: { name?: string; lazy?: boolean }): Promise<World & { entry: Entry }> {
  const world = setUp()
  const entry = world.find('room', options)
  world.registry.acquire(entry)
  await vi.advanceTimersByTimeAsync(1)
  return { ...world, entry }
}

describe('find()', () => {
  it('makes one connection for a key, and dials nothing', async () => {
    const { find, dials } = setUp()
    const entry = find('a')
    expect(find('a')).toBe(entry)
    expect(find('b')).not.toBe(entry)
    expect(entry).toMatchObject({ key: 'a', holders: 0, isLazy: false })
    await vi.advanceTimersByTimeAsync(REMEMBERED)
    expect(dials()).toBe(0)
  })

  it('forgets one that nobody has held for 10 s, and not before', async () => {
    const { find } = setUp()
    const entry = find()
    await vi.advanceTimersByTimeAsync(REMEMBERED - 1)
    expect(find()).toBe(entry)
    await vi.advanceTimersByTimeAsync(1)
    expect(find()).not.toBe(entry)
    expect(vi.getTimerCount()).toBe(1)
  })

  it('never forgets one that is held', async () => {
    const { find, entry } = await setUpHeld()
    await vi.advanceTimersByTimeAsync(2 * REMEMBERED)
    expect(find()).toBe(entry)
  })
})

describe('acquire()', () => {
  it('opens the connection for its first holder', async () => {
    const { registry, entry, dials } = await setUpHeld()
    expect(entry.connection.state.status).toBe('open')
    registry.acquire(entry)
    await vi.advanceTimersByTimeAsync(1)
    expect([entry.holders, dials()]).toEqual([2, 1])
  })

  it('leaves a lazy one to its first use', async () => {
    const { entry, dials } = await setUpHeld({ lazy: true })
    expect(entry.isLazy).toBe(true)
    expect([entry.connection.state.status, dials()]).toEqual(['idle', 0])
  })

  it('does not cut a delay short: neither for a second holder, nor for one that comes back', async () => {
    const { registry, entry, server, dials, release } = await setUpHeld()
    server.drop()
    expect(entry.connection.state.status).toBe('waiting')
    registry.acquire(entry)
    release(entry)
    release(entry)
    registry.acquire(entry)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect([entry.connection.state.status, dials()]).toEqual(['waiting', 1])
  })

  it.each([
    ['closed', true],
    ['closing', false],
  ] as const)('opens one anew that is %s', async (status, isTold) => {
    const { registry, entry, dials, release } = await setUpHeld()
    release(entry)
    void entry.connection.close()
    if (isTold) await vi.advanceTimersByTimeAsync(2)
    expect(entry.connection.state.status).toBe(status)
    registry.acquire(entry)
    await vi.advanceTimersByTimeAsync(4)
    expect([entry.connection.state.status, dials()]).toEqual(['open', 2])
  })

  it('brings one back that was forgotten, for others to find', async () => {
    const { registry, find } = setUp()
    const entry = find()
    await vi.advanceTimersByTimeAsync(REMEMBERED)
    registry.acquire(entry)
    expect(registry.isReplaced(entry)).toBe(false)
    expect(find()).toBe(entry)
  })

  it('leaves the key to one that has it meanwhile, also at its own end', async () => {
    const { registry, find, release, closed } = setUp()
    const old = find()
    expect(registry.isReplaced(old)).toBe(false)
    await vi.advanceTimersByTimeAsync(REMEMBERED)
    expect(registry.isReplaced(old)).toBe(false)
    const entry = find()
    registry.acquire(entry)
    registry.acquire(old)
    expect([registry.isReplaced(old), registry.isReplaced(entry)]).toEqual([true, false])
    expect(find()).toBe(entry)
    release(old)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(closed).toHaveLength(1)
    expect(find()).toBe(entry)
  })
})

describe('release()', () => {
  it('calls back once nobody has held it for a moment, and another is made then', async () => {
    const { registry, entry, find, release, closed } = await setUpHeld()
    registry.acquire(entry)
    release(entry)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(closed).toEqual([])
    release(entry)
    await vi.advanceTimersByTimeAsync(KEPT - 1)
    expect(closed).toEqual([])
    expect(find()).toBe(entry)
    await vi.advanceTimersByTimeAsync(1)
    expect(closed).toEqual(['room'])
    expect(find()).not.toBe(entry)
  })

  it('is taken back by the next holder', async () => {
    const { registry, entry, find, release, closed } = await setUpHeld()
    release(entry)
    await vi.advanceTimersByTimeAsync(KEPT - 1)
    registry.acquire(entry)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(closed).toEqual([])
    expect(find()).toBe(entry)
  })
})

describe('retire()', () => {
  const leaving = {}

  it('waits for nobody', async () => {
    const { registry, entry, find, retire, closed } = await setUpRetiring()
    retire()
    expect(closed).toEqual(['room'])
    expect(find()).not.toBe(entry)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(registry.isReplaced(entry)).toBe(true)
    expect(closed).toEqual(['room'])
  })

  it('leaves it to the others who hold it', async () => {
    const { registry, entry, find, release, retire, closed } = await setUpRetiring()
    registry.acquire(entry)
    retire()
    expect(find()).toBe(entry)
    expect(closed).toEqual([])
    release(entry)
    await vi.advanceTimersByTimeAsync(KEPT)
    expect(closed).toEqual(['room'])
  })

  it('waits for another view of the same commit that has rendered it, and takes hold of it or not', async () => {
    const { registry, entry, retire, closed } = await setUpRetiring()
    entry.foundBy = {}
    retire()
    registry.acquire(entry)
    await Promise.resolve()
    expect([entry.holders, entry.foundBy, closed]).toEqual([1, undefined, []])
    entry.foundBy = {}
    retire()
    expect(closed).toEqual([])
    await Promise.resolve()
    expect(closed).toEqual(['room'])
  })

  it('is carried out once, where it is taken up and left again meanwhile', async () => {
    const { registry, entry, retire, closed } = await setUpRetiring()
    entry.foundBy = {}
    retire()
    registry.acquire(entry)
    entry.foundBy = {}
    retire()
    await Promise.resolve()
    expect(closed).toEqual(['room'])
  })

  it('does not wait for the view itself', async () => {
    const { entry, retire, closed } = await setUpRetiring()
    entry.foundBy = leaving
    retire()
    expect(closed).toEqual(['room'])
  })

  async function setUpRetiring() {
    const world = await setUpHeld()
    const { registry, entry, closed } = world
    return { ...world, retire: () => registry.retire(entry, leaving, () => closed.push(entry.key)) }
  }
})

describe('isContested()', () => {
  it('is so while two are held under one name', async () => {
    const { registry, entry, find, release } = await setUpHeld({ name: 'chat' })
    const other = find('room, other options', { name: 'chat' })
    expect(registry.isContested(entry)).toBe(false)
    registry.acquire(other)
    expect([registry.isContested(entry), registry.isContested(other)]).toEqual([true, true])
    release(other)
    expect(registry.isContested(entry)).toBe(false)
  })

  it('is never so between others, or without a name', async () => {
    const { registry, find } = setUp()
    const entries = [find('a', { name: 'a' }), find('b', { name: 'b' }), find('c'), find('d')]
    for (const entry of entries) registry.acquire(entry)
    expect(entries.map((entry) => registry.isContested(entry))).toEqual([false, false, false, false])
  })
})

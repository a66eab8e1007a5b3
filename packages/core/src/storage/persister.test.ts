import { describe, expect, it, vi } from 'vitest'
import { Entry } from '../entry.ts'
import type { HoldfastError } from '../errors.ts'
import { virtualClock } from '../testing/index.ts'
import { Persister } from './persister.ts'
import type { Store, StoredChanges, StoredMessage } from './stored-message.ts'

const QUOTA = new Error('The disk is full.')
const never = <T>() => new Promise<T>(() => undefined)

/** A storage that answers as the test says, and keeps a book of its calls. */
function scripted(answers: Partial<Store> = {}) {
  const calls: string[] = []
  const writes: StoredChanges[] = []
  const world = {
    calls,
    writes,
    adopt: (_messages: readonly StoredMessage[]): void => undefined,
    answers,
  }
  const storage: Store = {
    open(adopt) {
      calls.push('open')
      world.adopt = adopt
      return world.answers.open?.(adopt) ?? Promise.resolve([])
    },
    write(changes) {
      calls.push('write')
      writes.push(changes)
      return world.answers.write?.(changes) ?? Promise.resolve()
    },
    close() {
      calls.push('close')
      return world.answers.close?.() ?? Promise.resolve()
    },
  }
  return { ...world, world, storage }
}

function setUp(answers: Partial<Store> = {}) {
  const clock = virtualClock()
  const page = { isHidden: false }
  const script = scripted(answers)
  const restored: (readonly StoredMessage[])[] = []
  const errors: HoldfastError[] = []
  const life = () =>
    new Persister(script.storage, clock.environment, {
      onRestored: (messages) => restored.push(messages),
      onError: (error) => errors.push(error),
      isHidden: () => page.isHidden,
    })
  const put = (persister: Persister, data: string) => {
    const entry = new Entry(data, data)
    persister.put(entry)
    return entry
  }
  return { ...script, clock, page, restored, errors, life, put, persister: life() }
}

async function setUpOpen(answers: Partial<Store> = {}) {
  const world = setUp(answers)
  world.persister.open()
  await world.clock.settle()
  return world
}

const written = (writes: readonly StoredChanges[]) =>
  writes.map(({ put, remove }) => ({ put: put.map(({ data }) => data), remove: remove.length }))

describe('what changes', () => {
  it('is written 10 ms after the first of it, in one batch', async () => {
    const { persister, put, clock, writes } = await setUpOpen()
    put(persister, 'a')
    await clock.advance(9)
    put(persister, 'b')
    expect(writes).toEqual([])
    await clock.advance(1)
    expect(written(writes)).toEqual([{ put: ['a', 'b'], remove: 0 }])
    expect(writes[0]?.put.map(({ order }) => order)).toEqual([1_700_000_000_000_000, 1_700_000_000_009_000])
    expect(clock.pending).toBe(0)
  })

  it('and is gone again before that is not written at all', async () => {
    const { persister, put, clock, calls } = await setUpOpen()
    persister.remove(put(persister, 'a'))
    await clock.advance(1_000)
    expect(calls).toEqual(['open'])
    expect(clock.pending).toBe(0)
  })

  it('is written at regular intervals under a steady stream', async () => {
    const { persister, put, clock, writes } = await setUpOpen()
    for (let ms = 0; ms < 100; ms++) {
      put(persister, `${ms}`)
      await clock.advance(1)
    }
    expect(writes.length).toBeGreaterThanOrEqual(8)
    expect(writes.map(({ put }) => put.length)).not.toContain(0)
  })

  it('is written at once when the page is hidden, and from then on', async () => {
    const { persister, put, clock, page, writes } = await setUpOpen()
    put(persister, 'a')
    page.isHidden = true
    persister.flush()
    await clock.settle()
    expect(written(writes)).toEqual([{ put: ['a'], remove: 0 }])
    put(persister, 'b')
    put(persister, 'c')
    persister.remove(put(persister, 'gone'))
    expect(writes).toHaveLength(1)
    await clock.settle()
    expect(written(writes)[1]).toEqual({ put: ['b', 'c'], remove: 0 })
    expect(clock.pending).toBe(0)
  })

  it('is written in batches of 256, one right after the other: none blocks the page for long', async () => {
    const { persister, put, clock, writes } = await setUpOpen()
    const entries = Array.from({ length: 600 }, (_, n) => put(persister, `${n}`))
    await clock.advance(10)
    await vi.waitFor(() => expect(writes).toHaveLength(3))
    expect(writes.map(({ put }) => put.length)).toEqual([256, 256, 88])
    expect(writes.flatMap(({ put }) => put.map(({ data }) => data))).toEqual(
      entries.map(({ message }) => message),
    )
    for (const entry of entries) persister.remove(entry)
    await clock.advance(10)
    await vi.waitFor(() => expect(writes).toHaveLength(6))
    expect(writes.slice(3).map(({ remove }) => remove.length)).toEqual([256, 256, 88])
    expect(clock.pending).toBe(0)
  })

  it('and is gone again behind a batch under way is not written at all', async () => {
    let done = (): void => undefined
    const { persister, put, clock, writes } = await setUpOpen({
      write: () => new Promise((resolve) => (done = () => resolve())),
    })
    const entries = Array.from({ length: 300 }, (_, n) => put(persister, `${n}`))
    await clock.advance(10)
    for (const entry of entries.slice(1)) persister.remove(entry)
    done()
    await clock.settle()
    expect(writes.map(({ put, remove }) => [put.length, remove.length])).toEqual([
      [256, 0],
      [0, 255],
    ])
    done()
    await clock.settle()
    expect(writes).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('while a write is under way waits for it, and 10 ms more', async () => {
    let done = (): void => undefined
    const { persister, put, clock, writes } = await setUpOpen({
      write: () => new Promise((resolve) => (done = () => resolve())),
    })
    const a = put(persister, 'a')
    await clock.advance(10)
    put(persister, 'b')
    persister.remove(a)
    await clock.advance(1_000)
    expect(writes).toHaveLength(1)
    done()
    await clock.advance(10)
    expect(written(writes)[1]).toEqual({ put: ['b'], remove: 1 })
  })

  it('is removed under its order, whether it was written, restored or adopted', async () => {
    const handed = { order: -2, data: 'restored' }
    const { persister, put, clock, writes, world } = await setUpOpen({ open: async () => [handed] })
    world.adopt([{ order: -3, data: 'adopted' }])
    const a = put(persister, 'a')
    await clock.advance(10)
    for (const storedAs of [a.storedAs, -2, -3]) {
      const entry = new Entry('', '')
      entry.storedAs = storedAs
      persister.remove(entry)
    }
    await clock.advance(10)
    expect(writes[1]).toEqual({ put: [], remove: [a.storedAs, -2, -3] })
  })

  it('is removed where it was adopted under an order ahead, and what is put later goes behind it', async () => {
    const ahead = 1_700_000_000_000_000 + 5_000_000
    const { persister, put, clock, writes, world } = await setUpOpen()
    world.adopt([
      { order: ahead - 1, data: 'adopted' },
      { order: ahead, data: 'adopted, too' },
    ])
    const adopted = new Entry('', '')
    adopted.storedAs = ahead
    persister.remove(adopted)
    expect(put(persister, 'a').storedAs).toBe(ahead + 1)
    await clock.advance(10)
    expect(writes).toMatchObject([{ put: [{ order: ahead + 1 }], remove: [ahead] }])
  })

  it('is written beside a write under way when the page is hidden: it may end', async () => {
    const ends: (() => void)[] = []
    const { persister, put, clock, page, writes, calls } = await setUpOpen({
      write: () => new Promise((resolve) => ends.push(resolve)),
    })
    const a = put(persister, 'a')
    await clock.advance(10)
    put(persister, 'b')
    persister.remove(a)
    page.isHidden = true
    persister.flush()
    await clock.settle()
    expect(written(writes)).toEqual([
      { put: ['a'], remove: 0 },
      { put: ['b'], remove: 1 },
    ])
    // Then one after the other again, behind both.
    put(persister, 'c')
    ends[1]?.()
    await clock.advance(1_000)
    expect(writes).toHaveLength(2)
    const closed = persister.close(false)
    ends[0]?.()
    await clock.settle()
    expect(written(writes)[2]).toEqual({ put: ['c'], remove: 0 })
    expect(calls.at(-1)).toBe('write')
    ends[2]?.()
    expect(await closed).toEqual([])
    expect([calls.at(-1), clock.pending]).toEqual(['close', 0])
  })

  it('is written as a whole when the page is hidden, however much it is', async () => {
    const { persister, put, clock, page, writes } = await setUpOpen({ write: never })
    for (let n = 0; n < 600; n++) put(persister, `${n}`)
    page.isHidden = true
    persister.flush()
    await clock.settle()
    expect(writes.map(({ put }) => put.length)).toEqual([600])
  })

  it('in a hidden page that sends faster than a write takes is written once', async () => {
    const { persister, put, clock, page, writes, world } = await setUpOpen()
    world.answers.write = () =>
      new Promise((resolve) => void clock.environment.setTimeout(() => resolve(), 20))
    page.isHidden = true
    for (let n = 0; n < 200; n++) {
      put(persister, `${n}`)
      await clock.advance(5)
    }
    await clock.advance(100)
    expect(writes.flatMap(({ put }) => put)).toHaveLength(200)
    expect(writes.length).toBeLessThan(60)
  })

  it('in the place of one that may be written is removed, not forgotten', async () => {
    const { persister, put, clock, writes } = await setUpOpen()
    const old = put(persister, 'old')
    await clock.advance(10)
    const next = new Entry('new', 'new')
    next.storedAs = old.storedAs
    persister.remove(old)
    persister.put(next)
    persister.remove(next)
    await clock.advance(10)
    expect(writes[1]).toEqual({ put: [], remove: [old.storedAs] })
  })
})

describe('opening', () => {
  it('hands out what is there, and writes what came meanwhile behind it', async () => {
    const messages = [{ order: -1, data: 'former' }]
    let answer = (_messages: StoredMessage[]): void => undefined
    const world = setUp({ open: () => new Promise((resolve) => (answer = resolve)) })
    const { persister, put, clock, restored, writes } = world
    persister.open()
    put(persister, 'a')
    await clock.advance(100)
    expect(persister.isRestoring).toBe(true)
    expect(writes).toEqual([])
    answer(messages)
    await clock.settle()
    expect(persister.isRestoring).toBe(false)
    expect(restored).toEqual([messages])
    await clock.advance(10)
    expect(written(writes)).toEqual([{ put: ['a'], remove: 0 }])
  })

  it('is not hurried by a page that is about to end: nothing is written before it has answered', async () => {
    let answer = (_messages: StoredMessage[]): void => undefined
    const { persister, put, clock, calls } = setUp({
      open: () => new Promise((resolve) => (answer = resolve)),
    })
    persister.open()
    put(persister, 'a')
    persister.flush()
    await clock.settle()
    expect(calls).toEqual(['open'])
    answer([])
    await clock.advance(10)
    expect(calls).toEqual(['open', 'write'])
  })

  it('keeps the order of what came meanwhile, also of what took the place of another', async () => {
    let answer = (_messages: StoredMessage[]): void => undefined
    const { persister, put, clock, writes } = setUp({
      open: () => new Promise((resolve) => (answer = resolve)),
    })
    persister.open()
    const first = put(persister, 'first')
    put(persister, 'second')
    const other = new Entry('in its place', 'in its place')
    other.storedAs = first.storedAs
    persister.remove(first)
    persister.put(other)
    await clock.settle()
    answer([{ order: 1, data: 'former' }])
    await clock.advance(10)
    const puts = [...(writes[0]?.put ?? [])].sort((a, b) => a.order - b.order)
    expect(puts.map(({ data }) => data)).toEqual(['in its place', 'second'])
  })

  it('puts what came meanwhile behind what is there, also when the clock was set back', async () => {
    const ahead = 1_700_000_000_000_000 + 5_000_000
    const { persister, put, clock, writes } = setUp({ open: async () => [{ order: ahead, data: 'former' }] })
    persister.open()
    const a = put(persister, 'a')
    const b = put(persister, 'b')
    await clock.advance(10)
    expect(writes[0]?.put.map(({ order }) => order)).toEqual([ahead + 1, ahead + 2])
    expect([a.storedAs, b.storedAs]).toEqual([ahead + 1, ahead + 2])
  })

  it('keeps what is adopted before the answer is known', async () => {
    const { persister, clock, restored } = setUp({
      open: async (adopt) => {
        adopt([{ order: -9, data: 'adopted' }])
        return [{ order: -1, data: 'restored' }]
      },
    })
    persister.open()
    await clock.settle()
    expect(restored.map((messages) => messages.map(({ data }) => data))).toEqual([['restored'], ['adopted']])
  })

  it.each([
    ['rejects', () => Promise.reject(QUOTA), 0, ['open']],
    [
      'throws',
      () => {
        throw QUOTA
      },
      0,
      ['open'],
    ],
    // One that hangs may hold something.
    ['hangs', () => never<never>(), 5_000, ['open', 'close']],
  ])('goes on in memory where it %s', async (_, open, after, expected) => {
    const { persister, put, clock, restored, errors, calls } = setUp({ open })
    persister.open()
    put(persister, 'a')
    await clock.advance(after)
    expect(persister.isRestoring).toBe(false)
    expect(restored).toEqual([[]])
    expect(errors).toMatchObject([{ code: 'STORAGE' }])
    const b = put(persister, 'b')
    expect(b.storedAs).toBe(0)
    await clock.advance(1_000)
    expect(calls).toEqual(expected)
    expect(clock.pending).toBe(0)
  })

  it('is not given up by a timer that is late: the host slept', async () => {
    let answer = (_messages: StoredMessage[]): void => undefined
    const { persister, clock, errors, restored } = setUp({
      open: () => new Promise((resolve) => (answer = resolve)),
    })
    persister.open()
    clock.sleep(60_000)
    await clock.advance(0)
    expect(errors).toEqual([])
    answer([])
    await clock.settle()
    expect(restored).toEqual([[]])
    expect(clock.pending).toBe(0)
  })
})

describe('a write that fails', () => {
  it.each([
    ['rejects', () => Promise.reject(QUOTA), 0],
    ['hangs', () => never<never>(), 5_000],
  ])('since it %s ends storing, and what is there is still removed', async (_, write, after) => {
    const { persister, put, clock, writes, errors, world } = await setUpOpen()
    const a = put(persister, 'a')
    await clock.advance(10)
    world.answers.write = write
    const b = put(persister, 'b')
    await clock.advance(10 + after)
    expect(errors).toMatchObject([{ code: 'STORAGE' }])
    delete world.answers.write
    expect(put(persister, 'c').storedAs).toBe(0)
    persister.remove(a)
    persister.remove(b)
    await clock.advance(10)
    expect(writes.at(-1)).toEqual({ put: [], remove: [a.storedAs, b.storedAs] })
    expect(errors).toHaveLength(1)
  })

  it('leaves in memory what had waited behind it, and hands on what others had left', async () => {
    let fail = (_: unknown): void => undefined
    const { persister, put, clock, writes, world, restored } = await setUpOpen({
      write: () => new Promise((_, reject) => (fail = reject)),
    })
    const a = put(persister, 'a')
    await clock.advance(10)
    put(persister, 'b')
    persister.remove(a)
    fail(QUOTA)
    delete world.answers.write
    await clock.advance(10)
    expect(writes[1]).toEqual({ put: [], remove: [a.storedAs] })
    const adopted = [{ order: -1, data: 'adopted' }]
    world.adopt(adopted)
    expect(restored).toEqual([[], adopted])
  })

  it('tries once more to remove what it was to remove', async () => {
    const { persister, put, clock, writes, world } = await setUpOpen()
    const a = put(persister, 'a')
    await clock.advance(10)
    world.answers.write = () => Promise.reject(QUOTA)
    persister.remove(a)
    await clock.advance(10)
    delete world.answers.write
    await clock.advance(10)
    expect(writes.at(-1)).toEqual({ put: [], remove: [a.storedAs] })
  })

  it('beside another that fails is one failure: what is there is still removed', async () => {
    const { persister, put, clock, page, writes, errors, calls, world } = await setUpOpen()
    const a = put(persister, 'a')
    await clock.advance(10)
    let failures = 2
    world.answers.write = () => (failures-- > 0 ? Promise.reject(QUOTA) : Promise.resolve())
    page.isHidden = true
    put(persister, 'b')
    persister.flush()
    persister.remove(a)
    persister.flush()
    await clock.settle()
    expect(errors.map(({ message }) => message)).toEqual([
      'queue.storage: It takes no more: the outbox goes on in memory.',
    ])
    expect(writes.at(-1)).toEqual({ put: [], remove: [a.storedAs] })
    expect([writes.length, calls.includes('close')]).toEqual([4, false])
  })

  it('after one that took no more, and beside another, lets the storage go once', async () => {
    const { persister, put, clock, page, errors, calls, world } = await setUpOpen()
    const entries = [put(persister, 'a'), put(persister, 'b')]
    await clock.advance(10)
    world.answers.write = () => Promise.reject(QUOTA)
    put(persister, 'c')
    await clock.advance(10)
    page.isHidden = true
    for (const entry of entries) {
      persister.remove(entry)
      persister.flush()
    }
    await clock.settle()
    expect(calls.filter((call) => call === 'close')).toHaveLength(1)
    expect(errors).toHaveLength(2)
  })

  it('while it closes is tried once more: what is over must not be sent by another life', async () => {
    const { persister, put, clock, writes, world, calls } = await setUpOpen()
    const a = put(persister, 'a')
    await clock.advance(10)
    let failures = 1
    world.answers.write = () => (failures-- > 0 ? Promise.reject(QUOTA) : Promise.resolve())
    persister.remove(a)
    await persister.close(false)
    expect(writes.slice(1)).toEqual(Array(2).fill({ put: [], remove: [a.storedAs] }))
    expect(calls.at(-1)).toBe('close')
  })

  it('twice lets the storage go', async () => {
    const { persister, put, clock, calls, errors, world, restored } = await setUpOpen({
      write: () => Promise.reject(QUOTA),
    })
    const a = put(persister, 'a')
    await clock.advance(10)
    persister.remove(a)
    await clock.advance(10)
    expect(calls).toEqual(['open', 'write', 'write', 'close'])
    expect(errors.map(({ message }) => message)).toEqual([
      'queue.storage: It takes no more: the outbox goes on in memory.',
      'queue.storage: Nothing can be removed from it.',
    ])
    // Too late: it would be sent twice.
    world.adopt([{ order: -1, data: 'adopted' }])
    expect(restored).toEqual([[]])
    expect(await persister.close(false)).toEqual([])
    expect(calls).toHaveLength(4)
    expect(clock.pending).toBe(0)
  })
})

describe('closing', () => {
  it('writes what is left first', async () => {
    const { persister, put, clock, calls, writes } = await setUpOpen()
    put(persister, 'a')
    await persister.close(false)
    expect(calls).toEqual(['open', 'write', 'close'])
    expect(written(writes)).toEqual([{ put: ['a'], remove: 0 }])
    expect(clock.pending).toBe(0)
  })

  it('writes all of it, however many batches that takes', async () => {
    const { persister, put, writes, calls, clock } = await setUpOpen()
    for (let n = 0; n < 600; n++) put(persister, `${n}`)
    await persister.close(false)
    expect(writes.map(({ put }) => put.length)).toEqual([256, 256, 88])
    expect(calls.at(-1)).toBe('close')
    expect(clock.pending).toBe(0)
  })

  it('asks nothing of a storage that was never opened', async () => {
    const { persister, put, calls, clock } = setUp()
    put(persister, 'a')
    persister.remove(put(persister, 'b'))
    expect(clock.pending).toBe(0)
    expect(await persister.close(false)).toEqual([])
    expect(calls).toEqual([])
  })

  it('removes and returns what came too late', async () => {
    const messages = [{ order: -1, data: 'former' }]
    const { persister, clock, restored, writes, calls } = setUp({ open: async () => messages })
    persister.open()
    const closed = persister.close(false)
    await clock.settle()
    expect(await closed).toEqual(messages)
    expect(writes).toEqual([{ put: [], remove: [-1] }])
    expect(calls).toEqual(['open', 'write', 'close'])
    expect(restored).toEqual([])
  })

  it('leaves what it could adopt meanwhile to the next owner', async () => {
    const { persister, put, clock, restored, world } = await setUpOpen({ write: never })
    put(persister, 'a')
    const closed = persister.close(false)
    await clock.settle()
    world.adopt([{ order: -1, data: 'adopted' }])
    await clock.advance(10_000)
    expect(await closed).toEqual([])
    expect(restored).toEqual([[]])
  })

  it('is over in time where nothing answers', async () => {
    const { persister, put, clock, errors } = await setUpOpen({ write: never, close: never })
    put(persister, 'a')
    const closed = persister.close(false)
    await clock.advance(10_000)
    expect(await closed).toEqual([])
    expect(errors).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('comes before the next life', async () => {
    const { persister, put, clock, calls, life, writes } = await setUpOpen()
    put(persister, 'a')
    const closed = persister.close(false).then(() => undefined)
    const next = life()
    next.open(closed)
    put(next, 'b')
    await closed
    await clock.settle()
    await clock.advance(10)
    expect(calls).toEqual(['open', 'write', 'close', 'open', 'write'])
    expect(written(writes)).toEqual([
      { put: ['a'], remove: 0 },
      { put: ['b'], remove: 0 },
    ])
  })
})

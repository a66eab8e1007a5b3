import { BehaviorSubject, concat, from, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { setUpOpen } from '../../../test/unit/set-up.ts'
import { toAsyncIterable } from './operators.ts'

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

describe('toAsyncIterable()', () => {
  it('gives all values to a loop, and ends with the source', async () => {
    expect(await collect(toAsyncIterable(from([1, undefined, 3])))).toEqual([1, undefined, 3])
    expect(await collect(toAsyncIterable(from([])))).toEqual([])
  })

  it('keeps what comes while the loop is busy, and waits for what has not come', async () => {
    const source = new Subject<number>()
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]()
    for (const n of [1, 2]) source.next(n)
    const results = [1, 2, 3, 4].map(() => iterator.next())
    source.next(3)
    source.complete()
    expect(await Promise.all(results)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: false, value: 3 },
      { done: true, value: undefined },
    ])
  })

  it.each([
    ['drop-oldest', [4, 5]],
    ['drop-newest', [1, 2]],
  ] as const)('drops with %s, and counts', async (overflow, kept) => {
    const told: [number, number][] = []
    const source = new Subject<number>()
    const values = toAsyncIterable(source, {
      capacity: 2,
      overflow,
      onDrop: (value, count) => told.push([value, count]),
    })
    const iterator = values[Symbol.asyncIterator]()
    for (let n = 1; n <= 5; n++) source.next(n)
    expect(values.dropped).toBe(3)
    expect(told.map(([, count]) => count)).toEqual([1, 2, 3])
    expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual(kept)
  })

  it('rejects when it is full, after what waits, unless it is told to drop', async () => {
    const source = new Subject<number>()
    const iterator = toAsyncIterable(source, { capacity: 2 })[Symbol.asyncIterator]()
    for (let n = 1; n <= 3; n++) source.next(n)
    expect(source.observed).toBe(false)
    expect((await iterator.next()).value).toBe(1)
    expect((await iterator.next()).value).toBe(2)
    await expect(iterator.next()).rejects.toMatchObject({ code: 'OVERFLOW' })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('rejects with the error of the source, after what waits', async () => {
    const broken = new Error('broken')
    const seen: number[] = []
    const loop = async () => {
      for await (const n of toAsyncIterable(
        concat(
          of(1),
          throwError(() => broken),
        ),
      ))
        seen.push(n)
    }
    await expect(loop()).rejects.toBe(broken)
    expect(seen).toEqual([1])
  })

  it.each(['break', 'throw'])('unsubscribes at %s, and subscribes for each loop', async (by) => {
    const source = new Subject<number>()
    const values = toAsyncIterable(source)
    for (let round = 0; round < 2; round++) {
      expect(source.observed).toBe(false)
      const loop = (async () => {
        for await (const n of values) {
          expect(n).toBe(7)
          if (by === 'break') break
          throw new Error('mine')
        }
      })()
      source.next(7)
      await loop.catch((error: unknown) => expect(error).toMatchObject({ message: 'mine' }))
    }
    expect(source.observed).toBe(false)
  })

  it('settles what waits when it is returned', async () => {
    const iterator = toAsyncIterable(new Subject<number>())[Symbol.asyncIterator]()
    const next = iterator.next()
    await iterator.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('gives nothing of what waits once it is returned', async () => {
    const iterator = toAsyncIterable(new BehaviorSubject('waits'))[Symbol.asyncIterator]()
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('loops over the messages of a connection until it is closed', async () => {
    const { connection, server, handshake } = await setUpOpen()
    const all = collect(toAsyncIterable(connection.messages$, { capacity: 10 }))
    for (const data of ['1', '2']) server.send(data)
    void connection.close()
    await handshake()
    expect(await all).toEqual(['1', '2'])
  })

  it.each([{ capacity: 0 }, { capacity: 1.5 }, { overflow: 'drop' as never }])('refuses %j', (options) => {
    expect(() => toAsyncIterable(new Subject(), options)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    )
  })
})

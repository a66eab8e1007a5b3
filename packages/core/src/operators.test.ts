import {
  concat,
  EMPTY,
  firstValueFrom,
  from,
  map,
  Observable,
  type Observer,
  type OperatorFunction,
  of,
  Subject,
  type Subscription,
  throwError,
  toArray,
} from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bufferFrames, conflate, mapBounded, toAsyncIterable } from './operators.ts'

const FRAME = 16

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What a stream tells, in words. */
function watch<T>(stream: { subscribe(observer: object): { unsubscribe(): void } }) {
  const seen: (T | string)[] = []
  const subscription = stream.subscribe({
    next: (value: T) => seen.push(value),
    error: (error: unknown) => seen.push(`error ${String(error)}`),
    complete: () => seen.push('complete'),
  })
  return { seen, unsubscribe: () => subscription.unsubscribe() }
}

/** What a source gives that is asked for as much as it has. */
function* endless(taken: number[]): Generator<number> {
  for (let n = 1; n <= 10_000; n++) {
    taken.push(n)
    yield n
  }
}

describe('a source that wraps its observer', () => {
  function setUpWrapped() {
    const left = vi.fn()
    const inner = new Observable<number>((subscriber) => {
      subscriber.next(1)
      return left
    })
    class Wrapped extends Observable<number> {
      override subscribe(
        observer?: Partial<Observer<number>> | ((value: number) => void) | null,
      ): Subscription {
        return inner.subscribe({ next: (value) => (observer as Observer<number>).next(value) })
      }
    }
    return { wrapped: new Wrapped(), left }
  }

  it.each<[string, OperatorFunction<number, unknown>]>([
    ['mapBounded()', mapBounded((value: number) => value)],
    ['conflate()', conflate((value: number) => value)],
    ['bufferFrames()', bufferFrames<number>()],
  ])('is left by %s', (_, operator) => {
    const { wrapped, left } = setUpWrapped()
    operator(wrapped).subscribe().unsubscribe()
    expect(left).toHaveBeenCalledOnce()
  })

  it('is left by toAsyncIterable()', async () => {
    const { wrapped, left } = setUpWrapped()
    for await (const value of toAsyncIterable(wrapped)) {
      expect(value).toBe(1)
      break
    }
    expect(left).toHaveBeenCalledOnce()
  })
})

describe('a source that gives all at once', () => {
  it.each([
    [
      'mapBounded()',
      mapBounded(async (value: number) => value, { capacity: 2 }),
      'error HoldfastError: The consumer is too slow: 2 values wait.',
    ],
    [
      'conflate()',
      conflate((value: number) => {
        if (value === 4) throw new Error('bad key')
        return value
      }),
      'error Error: bad key',
    ],
  ])('is left by %s with the error that ends it', (_, operator, error) => {
    const taken: number[] = []
    const { seen } = watch(from(endless(taken)).pipe(operator as OperatorFunction<number, unknown>))
    expect(seen).toEqual([error])
    expect(taken).toHaveLength(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is left by toAsyncIterable(), too', async () => {
    const taken: number[] = []
    const loop = toAsyncIterable(from(endless(taken)), { capacity: 2 })[Symbol.asyncIterator]()
    expect(await loop.next()).toEqual({ done: false, value: 1 })
    expect(await loop.next()).toEqual({ done: false, value: 2 })
    await expect(loop.next()).rejects.toMatchObject({ code: 'OVERFLOW' })
    expect(taken).toHaveLength(3)
  })
})

describe('conflate()', () => {
  it('emits the newest of each key, once a frame, in the order of the keys', () => {
    const source = new Subject<[string, number]>()
    const { seen } = watch(source.pipe(conflate(([key]) => key)))
    for (let n = 1; n <= 1_000; n++) for (const key of ['b', 'a']) source.next([key, n])
    expect(seen).toEqual([])
    vi.advanceTimersByTime(FRAME)
    source.next(['c', 1])
    vi.advanceTimersByTime(FRAME)
    vi.advanceTimersByTime(1_000)
    expect(seen).toEqual([
      [
        ['b', 1_000],
        ['a', 1_000],
      ],
      [['c', 1]],
    ])
  })

  it('takes any key, as a Map does', () => {
    const source = new Subject<number | undefined>()
    const { seen } = watch(source.pipe(conflate((value) => value)))
    for (const value of [undefined, Number.NaN, undefined, Number.NaN, 0]) source.next(value)
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual([[undefined, Number.NaN, 0]])
  })

  it('ends with what its function throws', () => {
    const source = new Subject<number>()
    const { seen } = watch(
      source.pipe(
        conflate(() => {
          throw new Error('bad key')
        }),
      ),
    )
    source.next(1)
    expect(seen).toEqual(['error Error: bad key'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses what is no function', () => {
    expect(() => conflate('key' as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })
})

describe('bufferFrames()', () => {
  it('emits all of a frame as one array, and nothing where nothing came', () => {
    const source = new Subject<number>()
    const { seen } = watch(source.pipe(bufferFrames()))
    for (const n of [1, 2, 3]) source.next(n)
    vi.advanceTimersByTime(FRAME)
    vi.advanceTimersByTime(1_000)
    source.next(4)
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual([[1, 2, 3], [4]])
  })

  it('emits the rest at the end, and leaves no timer, however it ends', () => {
    const source = new Subject<number>()
    const complete = watch(source.pipe(bufferFrames()))
    const left = watch(source.pipe(bufferFrames()))
    source.next(1)
    left.unsubscribe()
    source.complete()
    expect(complete.seen).toEqual([[1], 'complete'])
    expect(left.seen).toEqual([])
    const failing = watch(
      concat(
        of(1),
        throwError(() => 'bad'),
      ).pipe(bufferFrames()),
    )
    expect(failing.seen).toEqual(['error bad'])
    expect(watch(EMPTY.pipe(bufferFrames())).seen).toEqual(['complete'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps one buffer for each subscriber', () => {
    const source = new Subject<number>()
    const stream = source.pipe(bufferFrames())
    const first = watch(stream)
    source.next(1)
    const second = watch(stream)
    source.next(2)
    vi.advanceTimersByTime(FRAME)
    expect([first.seen, second.seen]).toEqual([[[1, 2]], [[2]]])
  })

  it('goes by the frames that are drawn, and without them in a hidden tab', () => {
    let draw: (() => void) | undefined
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      draw = callback
      return 1
    })
    vi.stubGlobal('cancelAnimationFrame', () => undefined)
    vi.stubGlobal('document', { visibilityState: 'visible' })
    const source = new Subject<number>()
    const { seen } = watch(source.pipe(bufferFrames()))
    source.next(1)
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual([])
    draw?.()
    expect(seen).toEqual([[1]])
    source.next(2)
    // Hidden before it is drawn.
    vi.advanceTimersByTime(100)
    expect(seen).toEqual([[1], [2]])
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    source.next(3)
    vi.advanceTimersByTime(FRAME)
    expect(seen).toEqual([[1], [2], [3]])
  })
})

describe('mapBounded()', () => {
  /** Work that is finished by hand, in any order. */
  function workshop() {
    const jobs = new Map<number, { finish: () => void; fail: () => void; signal: AbortSignal }>()
    const work = (value: number, signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        jobs.set(value, {
          finish: () => resolve(`done ${value}`),
          fail: () => reject(new Error(`failed ${value}`)),
          signal,
        })
      })
    const settle = () => vi.advanceTimersByTimeAsync(0)
    return { jobs, work, settle }
  }

  it('works off one by one, in order', async () => {
    const { jobs, work, settle } = workshop()
    const { seen } = watch(from([1, 2, 3]).pipe(mapBounded(work)))
    for (const n of [1, 2, 3]) {
      expect([...jobs.keys()]).toEqual(Array.from({ length: n }, (_, index) => index + 1))
      jobs.get(n)?.finish()
      await settle()
    }
    expect(seen).toEqual(['done 1', 'done 2', 'done 3', 'complete'])
  })

  it('works at several at a time, and tells what is done first', async () => {
    const { jobs, work, settle } = workshop()
    const { seen } = watch(from([1, 2, 3]).pipe(mapBounded(work, { concurrency: 2 })))
    expect([...jobs.keys()]).toEqual([1, 2])
    jobs.get(2)?.finish()
    await settle()
    expect(seen).toEqual(['done 2'])
    expect([...jobs.keys()]).toEqual([1, 2, 3])
  })

  it.each([
    ['drop-oldest', [1, 2, 3], [1, 4, 5]],
    ['drop-newest', [3, 4, 5], [1, 2]],
  ] as const)('drops with %s, and tells what and how many', async (overflow, _, kept) => {
    const { jobs, work, settle } = workshop()
    const dropped: [number, number][] = []
    const source = new Subject<number>()
    const capacity = overflow === 'drop-oldest' ? 2 : 1
    source
      .pipe(mapBounded(work, { capacity, overflow, onDrop: (value, count) => dropped.push([value, count]) }))
      .subscribe()
    for (let n = 1; n <= 5; n++) source.next(n)
    for (const n of kept) {
      jobs.get(n)?.finish()
      await settle()
    }
    expect([...jobs.keys()]).toEqual(kept)
    expect(dropped).toEqual(
      overflow === 'drop-oldest'
        ? [
            [2, 1],
            [3, 2],
          ]
        : [
            [3, 1],
            [4, 2],
            [5, 3],
          ],
    )
  })

  it('ends when it is full, unless it is told to drop', () => {
    const { work } = workshop()
    const { seen } = watch(from([1, 2, 3]).pipe(mapBounded(work, { capacity: 1 })))
    expect(seen).toEqual([expect.stringMatching(/^error HoldfastError: The consumer is too slow: 1 /)])
  })

  it('ends with work that fails, and with work that throws', async () => {
    const { jobs, work, settle } = workshop()
    const failing = watch(from([1, 2]).pipe(mapBounded(work)))
    jobs.get(1)?.fail()
    const throwing = watch(
      of(1).pipe(
        mapBounded(() => {
          throw new Error('thrown')
        }),
      ),
    )
    await settle()
    expect(failing.seen).toEqual(['error Error: failed 1'])
    expect([...jobs.keys()]).toEqual([1])
    expect(throwing.seen).toEqual(['error Error: thrown'])
  })

  it('aborts what is under way when nobody listens any more', () => {
    const { jobs, work } = workshop()
    const { unsubscribe } = watch(new Subject<number>().pipe(mapBounded(work)))
    unsubscribe()
    const second = watch(concat(of(1), new Subject<number>()).pipe(mapBounded(work)))
    expect(jobs.get(1)?.signal.aborted).toBe(false)
    second.unsubscribe()
    expect(jobs.get(1)?.signal.aborted).toBe(true)
  })

  it('passes an error of its source on at once', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
    scheduler.run(({ cold, expectObservable }) => {
      const { work } = workshop()
      expectObservable(cold('-a-#').pipe(map(Number), mapBounded(work))).toBe('---#')
    })
  })

  it('takes work that is done at once', async () => {
    const all = firstValueFrom(
      from([1, 2]).pipe(
        mapBounded((n) => n * 2),
        toArray(),
      ),
    )
    expect(await all).toEqual([2, 4])
  })

  it.each([
    ['work that is no function', () => mapBounded('x' as never)],
    ['a capacity of 0', () => mapBounded(String, { capacity: 0 })],
    ['a concurrency of 0', () => mapBounded(String, { concurrency: 0 })],
    ['an unknown policy', () => mapBounded(String, { overflow: 'drop' as never })],
    ['an onDrop that is no function', () => mapBounded(String, { onDrop: 1 as never })],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })
})

import { type BoundedIterable, iterableOf } from './async-iterable.ts'
import { BoundedBuffer, type BufferOptions } from './backpressure.ts'
import { environmentOf } from './environment.ts'
import { misconfigured } from './errors.ts'
import { Frame } from './frame.ts'
import { Observable, type OperatorFunction, Subscriber } from './rxjs.ts'

/**
 * The newest value of each key, once a frame, as an array in the order in which the keys came in that frame.
 * For a view that shows the newest of many things: 10,000 prices a second make 60 small arrays.
 *
 * @remarks Frames come in a hidden tab too, and where none are drawn, about 60 a second at most. What is left
 * is emitted when the source completes.
 * @example
 * ```ts
 * prices$.pipe(conflate((price) => price.symbol)).subscribe((changed) => table.update(changed))
 * ```
 */
export function conflate<T>(key: (value: T) => unknown): OperatorFunction<T, readonly T[]> {
  if (typeof key !== 'function') throw misconfigured('conflate()', 'given a function', key)
  return perFrame(() => {
    let newest = new Map<unknown, T>()
    return {
      add: (value) => void newest.set(key(value), value),
      take() {
        const values = [...newest.values()]
        newest = new Map()
        return values
      },
    }
  })
}

/**
 * All values of a frame as one array: for a view that shows each of them, and renders once a frame.
 *
 * @remarks As `bufferTime(16)` of rxjs, but in step with what is drawn, and with no timer and no empty array
 * while nothing comes. Not as `buffer(animationFrames())`, which stands still in a hidden tab and lets the
 * buffer grow there.
 * @example
 * ```ts
 * log$.pipe(bufferFrames()).subscribe((lines) => list.append(lines))
 * ```
 */
export function bufferFrames<T>(): OperatorFunction<T, readonly T[]> {
  return perFrame(() => {
    let values: T[] = []
    return {
      add: (value) => void values.push(value),
      take() {
        const all = values
        values = []
        return all
      },
    }
  })
}

interface Gatherer<T> {
  add(value: T): void
  take(): readonly T[]
}

function perFrame<T>(create: () => Gatherer<T>): OperatorFunction<T, readonly T[]> {
  return (source) =>
    new Observable((subscriber) => {
      const gathered = create()
      // A view's frame is the host's, whatever clock the connection goes by.
      const frame = new Frame(environmentOf(), () => subscriber.next(gathered.take()))
      subscriber.add(() => frame.cancel())
      listen(
        source,
        subscriber,
        (value) => {
          gathered.add(value)
          frame.request()
        },
        () => {
          frame.flush()
          subscriber.complete()
        },
      )
    })
}

export interface MapBoundedOptions<T> extends BufferOptions<T> {
  /** How much work may be under way at a time. @defaultValue 1: in order, as `concatMap` */
  readonly concurrency?: number | undefined
}

/**
 * Hands values over to slow async work, so many at a time, and lets a bounded number of others wait: as
 * `mergeMap(work, concurrency)` of rxjs, whose buffer has no bound.
 *
 * @remarks `overflow: 'throw'`, the default, ends the stream with `OVERFLOW` when it is full. Work that fails
 * ends the stream too, as with `mergeMap`: catch in `work` what is not to. Unsubscribing aborts the signal.
 * rxjs has what keeps nothing waiting: `exhaustMap` drops what comes while it works, `switchMap` gives up the
 * work for the newest.
 * @example
 * ```ts
 * photos$
 *   .pipe(mapBounded((photo, signal) => upload(photo, signal), { capacity: 100, overflow: 'drop-oldest' }))
 *   .subscribe((receipt) => show(receipt))
 * ```
 */
export function mapBounded<T, R>(
  work: (value: T, signal: AbortSignal) => Promise<R> | R,
  options: MapBoundedOptions<T> = {},
): OperatorFunction<T, R> {
  const { concurrency = 1 } = options
  if (typeof work !== 'function') throw misconfigured('mapBounded()', 'given a function', work)
  if (!(concurrency >= 1)) throw misconfigured('concurrency', 'a number, 1 or more', concurrency)
  // Once more for each subscriber; here, so that bad options throw at the call.
  new BoundedBuffer(options)
  return (source) =>
    new Observable((subscriber) => {
      const waiting = new BoundedBuffer(options)
      const abort = new AbortController()
      let busy = 0
      let isComplete = false
      subscriber.add(() => {
        waiting.clear()
        abort.abort()
      })

      function next(): void {
        while (busy < concurrency && !subscriber.closed) {
          const taken = waiting.shift()
          if (taken === undefined) break
          busy += 1
          void run(taken.value)
        }
        if (isComplete && busy === 0) subscriber.complete()
      }

      async function run(value: T): Promise<void> {
        try {
          subscriber.next(await work(value, abort.signal))
        } catch (error) {
          subscriber.error(error)
        }
        busy -= 1
        next()
      }

      listen(
        source,
        subscriber,
        (value) => {
          waiting.push(value)
          next()
        },
        () => {
          isComplete = true
          next()
        },
      )
    })
}

/**
 * An observable for `for await`: values wait for the loop, up to a capacity.
 *
 * @remarks Each loop subscribes when it starts, and unsubscribes when it ends, by `break` or `throw` too. With
 * `overflow: 'throw'`, the default, a loop that is too slow rejects with `OVERFLOW`, after what waits.
 * @throws HoldfastError `CONFIGURATION` for a bad option.
 * @example
 * ```ts
 * for await (const message of toAsyncIterable(connection.messages$, { capacity: 100 })) await store(message)
 * ```
 */
export function toAsyncIterable<T>(
  source: Observable<T>,
  options: BufferOptions<T> = {},
): BoundedIterable<T> {
  return iterableOf(source, options)
}

/** What the user's function throws ends the stream, as in every operator, and with it the subscription. */
function listen<T>(
  source: Observable<T>,
  subscriber: Subscriber<never>,
  step: (value: T) => void,
  complete: () => void,
): void {
  const error = (cause: unknown): void => subscriber.error(cause)
  const inner = new Subscriber<T>({
    next(value) {
      try {
        step(value)
      } catch (cause) {
        error(cause)
      }
    },
    error,
    complete,
  })
  // First: a source may give all that it has within the call.
  subscriber.add(inner)
  // One that wraps its observer has a subscription of its own.
  inner.add(source.subscribe(inner))
}

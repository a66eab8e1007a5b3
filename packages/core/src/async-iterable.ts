import { BoundedBuffer, type BufferOptions } from './backpressure.ts'
import { type Observable, Subscriber } from './rxjs.ts'

export interface BoundedIterable<T> extends AsyncIterable<T> {
  /** How many values were dropped so far, over all loops. */
  readonly dropped: number
}

/** Bad options throw at the call. */
export function iterableOf<T>(source: Observable<T>, options: BufferOptions<T>): BoundedIterable<T> {
  let dropped = 0
  const counted: BufferOptions<T> = {
    ...options,
    onDrop(value, count) {
      dropped += 1
      options.onDrop?.(value, count)
    },
  }
  new BoundedBuffer(options)
  return {
    get dropped() {
      return dropped
    },
    [Symbol.asyncIterator]: () => iterate(source, new BoundedBuffer(counted)),
  }
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: unknown) => void
}

const DONE = { done: true, value: undefined } as const

function iterate<T>(source: Observable<T>, buffer: BoundedBuffer<T>): AsyncIterator<T, undefined> {
  /** Calls of next() that are ahead of the source. */
  const waiting: Waiting<T>[] = []
  let end: { readonly error?: { readonly thrown: unknown } } | undefined

  function finish(error?: { readonly thrown: unknown }): void {
    if (end) return
    end = error ? { error } : {}
    subscriber.unsubscribe()
    for (const call of waiting.splice(0)) settle(call)
  }

  function settle(call: Waiting<T>): void {
    const first = buffer.shift()
    if (first) return call.resolve({ done: false, value: first.value })
    if (!end) return void waiting.push(call)
    const { error } = end
    // An error is told once.
    end = {}
    if (error) call.reject(error.thrown)
    else call.resolve(DONE)
  }

  const subscriber = new Subscriber<T>({
    next(value) {
      try {
        buffer.push(value)
      } catch (thrown) {
        return finish({ thrown })
      }
      const call = waiting.shift()
      if (call) settle(call)
    },
    error: (thrown: unknown) => finish({ thrown }),
    complete: () => finish(),
  })
  // One that wraps its observer has a subscription of its own.
  subscriber.add(source.subscribe(subscriber))

  return {
    next: () => new Promise((resolve, reject) => settle({ resolve, reject })),
    return() {
      buffer.clear()
      finish()
      return Promise.resolve(DONE)
    },
  }
}

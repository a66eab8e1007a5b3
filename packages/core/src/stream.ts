import type { Shell } from './connection.ts'
import type { Emitter } from './emitter.ts'
import { Observable, type Observer, Subscriber, type Subscription } from './rxjs.ts'

type Feed = Pick<Shell<never, never>, 'disposed' | 'isDisposed'>
type Source<T> = Pick<Emitter<T>, 'add' | 'onThrow'>

/** One Observable for life over an emitter: begins with `first`, completes at `end` and at dispose. */
export function stream<T>(
  shell: Feed,
  emitter: Source<T>,
  first?: () => T,
  end?: Emitter<void>,
): Observable<T> {
  return new Stream<T>((subscriber) => {
    const { isDisposed } = shell
    if (!isDisposed) {
      subscriber.add(shell.disposed.add(() => subscriber.complete()))
      if (end) subscriber.add(end.add(() => subscriber.complete()))
      // Last of the three: a lazy connection dials here, and may have ended when this returns.
      subscriber.add(emitter.add((value) => subscriber.next(value)))
    }
    // Already listening: what the subscriber causes by this is news to it as to all others.
    if (first) subscriber.next(first())
    if (isDisposed) subscriber.complete()
  }, emitter.onThrow)
}

/** As rxjs takes them. */
type Listeners<T> = { readonly [Name in 'next' | 'complete']?: Observer<T>[Name] | null | undefined }

type Next<T> = Partial<Observer<T>> | ((value: T) => void) | null

/** An Observable whose direct subscribers may throw: that is reported, and no host ends for it. */
class Stream<T> extends Observable<T> {
  readonly #report: (error: unknown) => void

  constructor(subscribe: (subscriber: Subscriber<T>) => void, report: (error: unknown) => void) {
    super(subscribe)
    this.#report = report
  }

  override subscribe(
    next?: Next<T>,
    _error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own; what throws behind it is its business, as everywhere in rxjs.
    if (next instanceof Subscriber) return super.subscribe(next)
    const observer: Listeners<T> = typeof next === 'object' && next ? next : { next, complete }
    // Without a closure for each value. What is told by a name is of the type that it takes.
    const guard = (name: keyof Listeners<T>, value?: unknown): void => {
      try {
        observer[name]?.(value as T)
      } catch (thrown) {
        this.#report(thrown)
      }
    }
    // None of these streams ever tells an error.
    return super.subscribe({ next: (value) => guard('next', value), complete: () => guard('complete') })
  }
}

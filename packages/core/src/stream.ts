import type { Shell } from './connection.ts'
import type { Emitter } from './emitter.ts'
import { Observable, type Observer, Subscriber, type Subscription } from './rxjs.ts'

type Feed = Pick<Shell<never, never>, 'disposed' | 'isDisposed'>
type Source<T> = Pick<Emitter<T>, 'onThrow'> & { add(listener: (value: T) => void): () => void }

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
    // As the emitters do.
    const guard = (tell: () => void): void => {
      try {
        tell()
      } catch (error) {
        emitter.onThrow(error)
      }
    }
    // Already listening: what the subscriber causes by this is news to it as to all others.
    if (first) guard(() => subscriber.next(first()))
    if (isDisposed) guard(() => subscriber.complete())
  })
}

/** As rxjs takes them. */
type Listeners<T> = { readonly [Name in 'next' | 'complete']?: Observer<T>[Name] | null | undefined }

type Next<T> = Partial<Observer<T>> | ((value: T) => void) | null

/** An Observable whose direct subscribers may throw: to the emitter, which reports it. rxjs would throw it at the host. */
class Stream<T> extends Observable<T> {
  override subscribe(
    next?: Next<T>,
    _error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own, of whatever copy of rxjs; what throws behind it is its business, as everywhere in rxjs.
    if (typeof next === 'object' && next && 'add' in next) return super.subscribe(next)
    const observer: Listeners<T> = typeof next === 'object' && next ? next : { next, complete }
    return super.subscribe(
      new Subscriber<T>({
        next: (value) => observer.next?.(value),
        complete: () => observer.complete?.(),
        // None of these streams ever tells one.
        error: () => undefined,
      }),
    )
  }
}

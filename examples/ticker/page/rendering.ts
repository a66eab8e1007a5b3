import { conflate } from '@holdfast/core'
import { type BehaviorSubject, map, mergeMap, type Observable, skip, takeUntil } from 'rxjs'
import type { Quote } from '../shared/messages.ts'

/** When the view is rendered: once a frame with the newest of each symbol, or for each message by itself. */
export type Mode = 'frame' | 'message'

/** What to render, an array at a time, as the mode of the moment has it. */
export function batches(
  quotes$: Observable<Quote>,
  mode$: BehaviorSubject<Mode>,
): Observable<readonly Quote[]> {
  return mode$.pipe(
    // Not switchMap: it would throw away what conflate() holds for the next frame. Completed, it hands that over.
    mergeMap((mode) => {
      const whileItLasts$ = quotes$.pipe(takeUntil(mode$.pipe(skip(1))))
      return mode === 'frame'
        ? whileItLasts$.pipe(conflate(({ symbol }) => symbol))
        : whileItLasts$.pipe(map((quote) => [quote]))
    }),
  )
}

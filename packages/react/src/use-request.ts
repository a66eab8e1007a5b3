import type { Connection } from '@holdfast/core'
import { NO_REQUEST, type RequestState, RequestStore, type RequestWays } from '@holdfast/core/bindings'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { useLatest } from './use-latest.ts'
import { useAbsence, usePresence } from './use-presence.ts'
import type { MaybeConnection } from './use-snapshot.ts'

/** What {@link useRequest} returns: the state of the newest request, and how to make one. */
export type UseRequestReturn<Outgoing, Answer> = RequestState<Answer> & {
  /**
   * Sends a message and waits for its answer; aborts the request before. The same function for life. Its
   * promise may be left alone: `error` tells of a rejection too.
   */
  readonly request: (message: Outgoing) => Promise<Answer>
  /** Aborts the request, and forgets its outcome. The same function for life. */
  readonly cancel: () => void
}

/**
 * Requests of a component, one at a time, with their state. Unmounting aborts, and so does another
 * connection; the promise then rejects with `DROPPED`, `reason: 'aborted'`.
 *
 * @param options - How the answer is known, as for `connection.request()`; or a function that tells it for a
 * message. May be inline: the newest is used.
 * @example
 * ```tsx
 * const { request, status, data } = useRequest(connection, ({ id }) => ({ id, idOf: (message) => message.id }))
 * return <button onClick={() => request({ id: nextId(), get: 'time' })}>{status}: {data?.time}</button>
 * ```
 */
export function useRequest<Incoming, Outgoing, Answer extends Incoming = Incoming>(
  connection: MaybeConnection<Incoming, Outgoing>,
  options: RequestWays<Incoming, Outgoing, Answer>,
): UseRequestReturn<Outgoing, Answer> {
  const [store] = useState(() => new RequestStore<Incoming, Outgoing, Answer>())
  const latest = useLatest<[Connection<Incoming, Outgoing> | null | undefined, typeof options]>([
    connection,
    options,
  ])
  const isPresent = usePresence()
  const isGone = useAbsence()
  // What was asked of one connection ends with it.
  useEffect(() => () => store.leave(connection), [store, connection])
  const state = useSyncExternalStore(store.subscribe, store.get, () => NO_REQUEST)
  const request = useCallback(
    (message: Outgoing) => {
      const [current, ways] = latest.current
      // Once it is gone nobody would abort it; shown again, effects of children may come before the one above.
      return store.send(isGone.current && !isPresent.current ? null : current, message, ways)
    },
    [store, latest, isGone, isPresent],
  )
  return { ...state, request, cancel: store.cancel }
}

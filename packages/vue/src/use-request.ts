import type { Connection } from '@holdfast/core'
import { type RequestState, RequestStore, type RequestWays } from '@holdfast/core/bindings'
import { type ComputedRef, computed, shallowRef } from 'vue'
import { follow, useStart } from './following.ts'
import { type ConnectionSource, readConnection, updates } from './sources.ts'

/** What {@link useRequest} returns: the state of the newest request, and how to make one. */
export interface UseRequestReturn<Outgoing, Answer> {
  readonly status: ComputedRef<RequestState<Answer>['status']>
  /** The answer; undefined while there is none. */
  readonly data: ComputedRef<Answer | undefined>
  /** Why there is none. */
  readonly error: ComputedRef<RequestState<Answer>['error']>
  /**
   * Sends a message and waits for its answer; aborts the request before. Its promise may be left alone:
   * `error` tells of a rejection too.
   */
  readonly request: (message: Outgoing) => Promise<Answer>
  /** Aborts the request, and forgets its outcome. */
  readonly cancel: () => void
}

/**
 * Requests of a component or effect scope, one at a time, with their state. The end of the scope aborts, and
 * so does another connection; the promise then rejects with `DROPPED`, `reason: 'aborted'`.
 *
 * @param options - How the answer is known, as for `connection.request()`; or a function that tells it for a
 * message.
 * @example
 * ```ts
 * const { request, status, data } = useRequest(connection, ({ id }) => ({ id, idOf: (message) => message.id }))
 * ```
 */
export function useRequest<Incoming, Outgoing, Answer extends Incoming = Incoming>(
  connection: ConnectionSource<Incoming, Outgoing>,
  options: RequestWays<Incoming, Outgoing, Answer>,
): UseRequestReturn<Outgoing, Answer> {
  const store = new RequestStore<Incoming, Outgoing, Answer>()
  const state = shallowRef<RequestState<Answer>>(store.get())
  store.subscribe(() => {
    state.value = store.get()
  })
  // Without reactivity: who calls `request()` in an effect does not follow the connection.
  let current: Connection<Incoming, Outgoing> | null = null
  follow(
    () => readConnection(connection),
    (next) => {
      current = next
      return store.cancel
    },
    useStart(),
  )
  return {
    status: computed(() => state.value.status),
    data: computed(() => state.value.data),
    error: computed(() => state.value.error),
    request(message) {
      updates.get(Object(connection))?.()
      return store.send(current, message, options)
    },
    cancel: store.cancel,
  }
}

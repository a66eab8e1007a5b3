import { HistoryStore } from '@holdfast/core/bindings'
import { type MaybeRefOrGetter, type ShallowRef, shallowReadonly, shallowRef, toValue, watch } from 'vue'
import { follow, useStart } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

/**
 * The newest messages since this was called, oldest first, over reconnects too; a new array at most once a
 * frame. It begins anew with another connection.
 *
 * @param limit - How many messages to keep: a whole number, 1 or more. May change.
 * @throws HoldfastError `CONFIGURATION` for any other limit.
 * @example
 * ```ts
 * const lines = useMessageHistory(connection, 100)
 * ```
 */
export function useMessageHistory<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
  limit: MaybeRefOrGetter<number>,
): Readonly<ShallowRef<readonly Incoming[]>> {
  const messages = shallowRef<readonly Incoming[]>([])
  let history: HistoryStore<Incoming, Outgoing> | undefined
  follow(
    () => readConnection(connection),
    (current) => {
      const store = current ? new HistoryStore(current, toValue(limit)) : undefined
      history = store
      messages.value = []
      return store?.subscribe(() => {
        messages.value = store.get()
      })
    },
    useStart(),
  )
  watch(
    () => toValue(limit),
    (size) => history?.resize(size),
  )
  return shallowReadonly(messages)
}

import {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotPart,
  type SnapshotStore,
  snapshotsOf,
} from '@holdfast/core/bindings'
import { type ShallowRef, shallowReadonly, shallowRef, triggerRef } from 'vue'
import { follow, type Start } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

/** A field of a connection's snapshots as a ref; each message triggers, also one that equals the last. */
export function useField<Incoming, Outgoing, Name extends SnapshotPart>(
  source: ConnectionSource<Incoming, Outgoing>,
  name: Name,
  start: Start,
): Readonly<ShallowRef<ConnectionSnapshot<Incoming>[Name]>> {
  let store: SnapshotStore<Incoming> | null = null
  const get = (): ConnectionSnapshot<Incoming> => store?.get() ?? DISCONNECTED
  const shown = shallowRef(get()[name])
  let count = 0

  /** What there is by now, whoever calls: who watches this may have changed the source. */
  const show = (): void => {
    const { messageCount, [name]: value } = get()
    const isMessage = name === 'lastMessage' && messageCount !== count
    count = messageCount
    if (isMessage && Object.is(shown.value, value)) triggerRef(shown)
    else shown.value = value
  }

  follow(
    () => readConnection(source),
    (connection) => {
      store = connection && snapshotsOf(connection)
      // First this: a store that nobody has subscribed to brings itself up to date.
      count = get().messageCount
      const end = store?.subscribe(show, [name])
      show()
      return end
    },
    start,
  )
  // Shallow, so that `watch()` takes a trigger for a change where the values are equal.
  return shallowReadonly(shown)
}

/** A field that begins when it is first taken. */
export function lazyField<Incoming, Outgoing, Name extends SnapshotPart>(
  source: ConnectionSource<Incoming, Outgoing>,
  name: Name,
  start: Start,
): () => ReturnType<typeof useField<Incoming, Outgoing, Name>> {
  let begin: (() => void) | undefined
  const field = useField(source, name, (run) => {
    begin = run
  })
  return () => {
    const run = begin
    begin = undefined
    if (run) start(run)
    return field
  }
}

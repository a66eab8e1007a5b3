import {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotPart,
  snapshotsOf,
} from '@holdfast/core/bindings'
import { type ShallowRef, shallowReadonly, shallowRef, triggerRef } from 'vue'
import { follow, type Start } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

type Field = SnapshotPart | 'status'

/** A field of a connection's snapshots as a ref; each message triggers, also one that equals the last. */
export function useField<Incoming, Outgoing, Name extends Field>(
  source: ConnectionSource<Incoming, Outgoing>,
  name: Name,
  start: Start,
): Readonly<ShallowRef<ConnectionSnapshot<Incoming>[Name]>> {
  const none: ConnectionSnapshot<Incoming> = DISCONNECTED
  const part: SnapshotPart = name === 'status' ? 'state' : name
  const shown = shallowRef(none[name])
  let count = 0

  function show(snapshot: ConnectionSnapshot<Incoming>): void {
    const isMessage = part === 'lastMessage' && snapshot.messageCount !== count
    count = snapshot.messageCount
    if (isMessage && Object.is(shown.value, snapshot[name])) triggerRef(shown)
    else shown.value = snapshot[name]
  }

  follow(
    () => readConnection(source),
    (connection) => {
      if (connection === null) {
        shown.value = none[name]
        return undefined
      }
      const store = snapshotsOf(connection)
      const end = store.subscribe(() => show(store.get()), [part])
      count = store.get().messageCount
      show(store.get())
      return end
    },
    start,
  )
  // Shallow, so that `watch()` takes a trigger for a change where the values are equal.
  return shallowReadonly(shown)
}

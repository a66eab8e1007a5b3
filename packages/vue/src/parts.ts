import {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotPart,
  snapshotsOf,
} from '@holdfast/core/bindings'
import { type ShallowRef, shallowReadonly, shallowRef, triggerRef } from 'vue'
import { follow, type Start } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

/** A part of a connection's snapshots as a ref; each message triggers, also one that equals the last. */
export function usePart<Incoming, Outgoing, Part extends SnapshotPart>(
  source: ConnectionSource<Incoming, Outgoing>,
  part: Part,
  start: Start,
): Readonly<ShallowRef<ConnectionSnapshot<Incoming>[Part]>> {
  const none: ConnectionSnapshot<Incoming> = DISCONNECTED
  const shown = shallowRef(none[part])
  let count = 0

  function show(snapshot: ConnectionSnapshot<Incoming>): void {
    const isRepeated = part === 'lastMessage' && snapshot.messageCount !== count
    count = snapshot.messageCount
    if (isRepeated && Object.is(shown.value, snapshot[part])) triggerRef(shown)
    else shown.value = snapshot[part]
  }

  follow(
    () => readConnection(source),
    (connection) => {
      if (connection === null) {
        shown.value = none[part]
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

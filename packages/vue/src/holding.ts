import { Connection, type DeliverOptions, type Receipt, type SendOptions } from '@holdfast/core'
import {
  isServer,
  Lease,
  type LeaseOptions,
  type LeaseUrl,
  tryDeliver,
  trySend,
} from '@holdfast/core/bindings'
import {
  getCurrentScope,
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
  watch,
} from 'vue'
import { follow, type Start } from './following.ts'
import { updates, type Wanted, wantedOf } from './sources.ts'

export interface Holding<Incoming, Outgoing> {
  readonly connection: Readonly<ShallowRef<Connection<Incoming, Outgoing> | null>>
  readonly send: (message: Outgoing, options?: SendOptions) => boolean
  readonly deliver: (message: Outgoing, options?: DeliverOptions) => Promise<Receipt>
}

/** Holds the connection that URL and options ask for, or has the given one; lets go with the scope. */
export function useHolding<Incoming, Outgoing>(
  source: MaybeRefOrGetter<Connection<Incoming, Outgoing> | LeaseUrl>,
  options: MaybeRefOrGetter<LeaseOptions | undefined>,
  start: Start,
): Holding<Incoming, Outgoing> {
  const lease = new Lease()
  const connection = shallowRef<Connection<Incoming, Outgoing> | null>(null)
  const wanted = wantedOf(source, options)
  // These without reactivity: who calls `send()` in an effect does not follow the URL.
  // What is still to be carried out: null for nothing, as on a server and after the end; undefined at first.
  let next: Wanted<Incoming, Outgoing> | null | undefined = isServer() ? null : undefined
  let current: Connection<Incoming, Outgoing> | null = null
  let settled: LeaseOptions = {}

  function update(): void {
    if (next === null) return
    let given: Connection<Incoming, Outgoing> | LeaseUrl
    let entry: ReturnType<Lease['find']>
    let found: typeof current = null
    try {
      ;[given, settled] = (next ?? wanted.value)()
      if (given instanceof Connection) found = given
      else {
        entry = lease.find(given, settled)
        // The overloads of `useWebSocket` hold what messages a codec or schema makes.
        found = (entry?.connection as typeof found | undefined) ?? null
      }
    } finally {
      // At first it is what there is at the time, until the start follows it.
      if (next) next = null
      // Also after a throw: nothing stays connected to a URL that was there before a bad one.
      // First this, for those who follow it: they have left the old one before it ends.
      connection.value = current = found
      // They may have changed the URL once more, or ended the scope.
      if (current === found) lease.hold(entry, given as LeaseUrl, settled)
    }
  }

  if (getCurrentScope()) {
    onScopeDispose(() => {
      connection.value = current = next = null
      lease.release()
    })
  }
  follow(
    () => wanted.value,
    (value) => {
      next = value
      return undefined
    },
    start,
  )
  start(() => {
    // First this: a good URL may follow a bad one.
    watch(wanted, update)
    update()
  })
  const shown = shallowReadonly(connection)
  updates.set(shown, () => {
    const change = next
    try {
      update()
    } catch {
      // The next flush tries again, and tells Vue; not where there is another change by now.
      next ??= change
    }
  })
  return {
    connection: shown,
    send(message, sendOptions) {
      // A change of the URL is not to wait for the next flush while messages go to the old one.
      update()
      return trySend(current, message, sendOptions)
    },
    async deliver(message, deliverOptions) {
      update()
      return tryDeliver(current, message, deliverOptions)
    },
  }
}

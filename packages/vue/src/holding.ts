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
  computed,
  getCurrentScope,
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
  watch,
} from 'vue'
import type { Start } from './following.ts'
import { read, readOptions } from './sources.ts'

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
  const wanted = computed(() => ({ source: read(source), options: readOptions(options) }))
  // These without reactivity: who calls `send()` in an effect does not follow the URL.
  let next: typeof wanted.value | undefined
  let held: typeof next
  let current: Connection<Incoming, Outgoing> | null = null
  let isOver = isServer()

  function update(): void {
    if (isOver || (next && next === held)) return
    held = next ??= wanted.value
    const { source, options } = held
    const isGiven = source instanceof Connection
    const url = isGiven ? null : source
    let entry: ReturnType<Lease['find']>
    try {
      entry = lease.find(url, options)
    } finally {
      // Also after a throw: nothing stays connected to a URL that was there before a bad one.
      // The overloads of `useWebSocket` hold what messages a codec or schema makes.
      const found = entry?.connection as Connection<Incoming, Outgoing> | undefined
      // First this, for those who follow it: they have left the old one before it ends.
      current = isGiven ? source : (found ?? null)
      connection.value = current
      lease.hold(entry, url, options)
    }
  }

  start(() => {
    update()
    if (isOver) return
    watch(wanted, update)
    watch(
      wanted,
      (value) => {
        next = value
      },
      { flush: 'sync' },
    )
  })
  if (getCurrentScope()) {
    onScopeDispose(() => {
      isOver = true
      current = null
      connection.value = null
      lease.release()
    })
  }
  return {
    connection: shallowReadonly(connection),
    send(message, sendOptions) {
      // A change of the URL is not to wait for the next flush while messages go to the old one.
      update()
      return trySend(current, message, sendOptions)
    },
    deliver(message, deliverOptions) {
      update()
      return tryDeliver(current, message, deliverOptions)
    },
  }
}

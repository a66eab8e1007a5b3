import {
  Connection,
  type DeliverOptions,
  type Receipt,
  type SendOptions,
  type UrlSource,
} from '@holdfast/core'
import { Lease, type LeaseOptions, tryDeliver, trySend } from '@holdfast/core/bindings'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useLatest } from './use-latest.ts'
import { usePresence } from './use-presence.ts'
import type { MaybeConnection } from './use-snapshot.ts'

/** A connection, and the functions that send over it: the same as long as it is. */
export interface Holding<Incoming, Outgoing> {
  readonly connection: Connection<Incoming, Outgoing> | null
  readonly calls: {
    readonly send: (message: Outgoing, options?: SendOptions) => boolean
    readonly deliver: (message: Outgoing, options?: DeliverOptions) => Promise<Receipt>
  }
}

/** Holds the connection that URL and options ask for, or has the given one; lets go with the component. */
export function useHolding<Incoming, Outgoing>(
  source: UrlSource | MaybeConnection<Incoming, Outgoing>,
  options: LeaseOptions,
): Holding<Incoming, Outgoing> {
  type Shared = Connection<Incoming, Outgoing> | undefined
  const [lease] = useState(() => new Lease())
  const [, renderAgain] = useState<object>()
  const [given, url] = source instanceof Connection ? [source, null] : [undefined, source]
  const entry = lease.find(url, options)
  // The overloads of `useWebSocket` have the types that codec and schema give to its messages.
  const connection = given ?? (entry?.connection as Shared) ?? null

  const latest = useLatest({ given, url, options, entry, connection })
  const isPresent = usePresence()
  /** What is rendered is not held yet: the effects of children have their turn first. */
  const isDue = useRef(true)
  /** The connection that the effects of the last commit are of. */
  const before = useRef<typeof connection>(null)
  const calls = useMemo(() => {
    function current(): Connection<Incoming, Outgoing> | null {
      const { given, url, options, entry, connection: newest } = latest.current
      // In a clean-up, by a function of the connection that this commit ends.
      if (connection && connection !== newest && connection === before.current) return connection
      if (given || !isDue.current || !isPresent.current) return newest
      // It may have to be opened anew, and what is moved to it goes first.
      if (lease.hold(entry, url, options)) return newest
      // Another one has its place.
      const found = lease.find(url, options)
      lease.hold(found, url, options)
      return (found?.connection as Shared) ?? null
    }
    return {
      send: (message: Outgoing, how?: SendOptions) => trySend(current(), message, how),
      deliver: (message: Outgoing, how?: DeliverOptions) => tryDeliver(current(), message, how),
    }
  }, [connection, latest, isPresent, lease])
  // Passive effects all: those of one commit run in one go, so that nothing can arrive between the dial and
  // the subscriptions of any component; and they outlast a Suspense boundary that falls back.
  useEffect(() => {
    isDue.current = !lease.hold(entry, url, options)
    if (isDue.current) renderAgain({})
    else before.current = connection
    return () => {
      isDue.current = true
    }
  })
  useEffect(
    () => () => {
      before.current = null
      lease.release()
    },
    [lease],
  )
  return { connection, calls }
}

import { onEveryMessage } from '@holdfast/core/bindings'
import { useEffect } from 'react'
import { useLatest } from './use-latest.ts'
import { useAbsence } from './use-presence.ts'
import type { MaybeConnection } from './use-snapshot.ts'

/**
 * Calls a handler with every message, in order, each once, also over reconnects. It causes no render.
 *
 * @param handler - May be inline: the newest is called. What it throws goes to `errors$` as `HANDLER`.
 * @example
 * ```tsx
 * useMessages(connection, (message) => chart.add(message))
 * ```
 */
export function useMessages<Incoming, Outgoing>(
  connection: MaybeConnection<Incoming, Outgoing>,
  handler: (message: Incoming) => void,
): void {
  const latest = useLatest(handler)
  // A message that is being told may unmount this, by another handler.
  const isGone = useAbsence()
  useEffect(() => {
    if (!connection) return
    return onEveryMessage(connection, (message) => {
      if (!isGone.current) latest.current(message)
    })
  }, [connection, latest, isGone])
}

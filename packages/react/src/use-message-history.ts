import { HistoryStore } from '@holdfast/core/bindings'
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { MaybeConnection } from './use-snapshot.ts'
import { useStore } from './use-store.ts'

const NONE: readonly never[] = []

/**
 * The newest messages since mount, oldest first, over reconnects too; a new array at most once a frame. It
 * begins anew with another connection.
 *
 * @param limit - How many messages to keep: a whole number, 1 or more. May change.
 * @throws HoldfastError `CONFIGURATION` for any other limit.
 * @example
 * ```tsx
 * const lines = useMessageHistory(connection, 100)
 * return <ol>{lines.map((line) => <li key={line.id}>{line.text}</li>)}</ol>
 * ```
 */
export function useMessageHistory<Incoming, Outgoing>(
  connection: MaybeConnection<Incoming, Outgoing>,
  limit: number,
): readonly Incoming[] {
  // Made with the limit of this render; the effect below brings those of the next ones.
  const store = useStore(connection, undefined, () =>
    connection ? new HistoryStore(connection, limit) : undefined,
  )
  useEffect(() => store?.resize(limit), [store, limit])
  const kept = useSyncExternalStore(
    useCallback((listener) => store?.subscribe(listener) ?? doNothing, [store]),
    () => store?.get() ?? NONE,
    () => NONE,
  )
  return kept.length > limit ? kept.slice(-limit) : kept
}

function doNothing(): void {}

import type { OutboxSnapshot } from '@holdfast/core'
import { type MaybeConnection, useSnapshot } from './use-snapshot.ts'

/**
 * The numbers of a connection's send queue; at most one render a frame, and none while they stay the same.
 *
 * @example
 * ```tsx
 * const { queued, queuedBytes } = useOutbox(connection)
 * ```
 */
export function useOutbox<Incoming, Outgoing>(
  connection: MaybeConnection<Incoming, Outgoing>,
): OutboxSnapshot {
  return useSnapshot(connection, 'outbox', itself)
}

function itself(outbox: OutboxSnapshot): OutboxSnapshot {
  return outbox
}

import type { ConnectionState } from '@holdfast/core'
import { type MaybeConnection, useSnapshot } from './use-snapshot.ts'

/**
 * The state of a connection, or what a selector makes of it. Idle without a connection, and on a server.
 *
 * @param selector - Its result is compared by `Object.is`: select a plain value. May be inline.
 * @example
 * ```tsx
 * const retryAt = useConnectionState(connection, (state) => (state.status === 'waiting' ? state.retryAt : undefined))
 * ```
 */
export function useConnectionState<Incoming, Outgoing, Selected = ConnectionState>(
  connection: MaybeConnection<Incoming, Outgoing>,
  selector: (state: ConnectionState) => Selected = itself,
): Selected {
  return useSnapshot(connection, 'state', selector)
}

/** Only where no selector is given, and then Selected is ConnectionState. */
function itself<Selected>(state: ConnectionState): Selected {
  return state as Selected
}

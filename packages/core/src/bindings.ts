/**
 * What a binding for a view framework is made of. Not for applications: use `@holdfast/react`,
 * `@holdfast/vue`, or the core itself.
 */
import type { SendOptions } from './composer.ts'
import type { DeliverOptions, Receipt } from './delivery.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import { fail } from './lease.ts'
import { type Connection, shellOf } from './streams.ts'

export { ChannelStore, type ChannelViewOptions, channelKey } from './channel-store.ts'
export { isServer } from './environment.ts'
export { HistoryStore } from './history.ts'
export { Lease, type LeaseOptions, type LeaseUrl, type ReleaseReport } from './lease.ts'
export { NO_REQUEST, type RequestState, RequestStore, type RequestWays } from './request-store.ts'
export {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotPart,
  type SnapshotStore,
  snapshotsOf,
} from './snapshot.ts'
export type {
  CodecOptions,
  RawOptions,
  SchemaOptions,
  UseWebSocketOptions,
  ViewOptions,
} from './view-options.ts'

/**
 * Sends for a view: `false`, and an error on `errors$`, where the connection does not take it (overflow,
 * closed) or is not there.
 *
 * @throws HoldfastError `ENCODE` or `CONFIGURATION`: mistakes in the call itself.
 */
export function trySend<Incoming, Outgoing>(
  connection: Connection<Incoming, Outgoing> | null,
  message: Outgoing,
  options?: SendOptions,
): boolean {
  if (connection === null) return false
  try {
    connection.send(message, options)
    return true
  } catch (error) {
    if (!isHoldfastError(error) || (error.code !== 'OVERFLOW' && error.code !== 'CLOSED')) throw error
    fail(connection, error, true)
    return false
  }
}

/** Delivers for a view: rejects with `CLOSED` where there is no connection. */
export function tryDeliver<Incoming, Outgoing>(
  connection: Connection<Incoming, Outgoing> | null,
  message: Outgoing,
  options?: DeliverOptions,
): Promise<Receipt> {
  if (connection !== null) return connection.deliver(message, options)
  return Promise.reject(new HoldfastError('CLOSED', 'There is no connection.', { reason: 'closed' }))
}

/** Calls a handler with every message, over all lives of the connection; returns what ends it. */
export function onEveryMessage<Incoming, Outgoing>(
  connection: Connection<Incoming, Outgoing>,
  handler: (message: Incoming) => void,
): () => void {
  return shellOf(connection).messages.add(handler)
}

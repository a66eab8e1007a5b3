import type {
  Connection,
  ConnectionState,
  DeliverOptions,
  OutboxSnapshot,
  RawIncoming,
  RawOutgoing,
  Receipt,
  SendOptions,
  UrlSource,
} from '@holdfast/core'
import type {
  CodecOptions,
  LeaseOptions,
  RawOptions,
  SchemaOptions,
  UseWebSocketOptions,
} from '@holdfast/core/bindings'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { type Field, Tracked } from './tracked.ts'
import { useHolding } from './use-holding.ts'
import type { MaybeConnection } from './use-snapshot.ts'

/** What {@link useWebSocket} returns. A component renders anew only for those fields that it has read. */
export interface UseWebSocketReturn<Incoming, Outgoing> {
  /** The state, with all that is true in it. Idle without a connection, and on a server. */
  readonly state: ConnectionState
  /** `state.status` alone: no render for a mere change of details. */
  readonly status: ConnectionState['status']
  /** The newest message since this was first read; at most one render a frame. For all of them: `useMessages`. */
  readonly lastMessage: Incoming | undefined
  /** The numbers of the send queue; at most one render a frame. */
  readonly outbox: OutboxSnapshot
  /**
   * Sends now, or queues until the connection is open. The same function as long as the connection is the same. One of
   * before sends, in the clean-ups and effects of the commit that changes it, over the connection that it came with, and
   * later over the present one.
   *
   * @returns False where the message was not taken: a full queue, a closed connection (both also on
   * `errors$`), or no connection.
   * @throws HoldfastError `ENCODE` for what cannot be encoded, `CONFIGURATION` for a bad `ttl` or `key`, `HANDLER` where
   * `delivery.id` throws.
   */
  readonly send: (message: Outgoing, options?: SendOptions) => boolean
  /**
   * As {@link send}, and resolves once the message has arrived, as far as can be told; rejects where it was
   * not taken or was given up.
   */
  readonly deliver: (message: Outgoing, options?: DeliverOptions) => Promise<Receipt>
  /** For the other hooks and for streams; `null` while there is none, and on a server. */
  readonly connection: Connection<Incoming, Outgoing> | null
}

/**
 * A connection for a component: shared by URL and protocols (or by `key`), opened after mount, closed when
 * the last component that uses it is gone for 100 ms.
 *
 * @remarks Also takes a connection that you made with `connect()`: then it is yours to close.
 * @param url - `null` or `undefined`: not connected. A function is asked before each attempt; unless it has
 * a `key`, its connection is shared with nobody.
 * @throws HoldfastError `CONFIGURATION`, while rendering, for a bad URL, subprotocol or option.
 * @example
 * ```tsx
 * function Chat({ room }: { room: string }) {
 *   const { status, lastMessage, send } = useWebSocket(`wss://example.com/${room}`, { codec: json<string>() })
 *   return <button onClick={() => send('hello')}>{status}: {lastMessage}</button>
 * }
 * ```
 */
export function useWebSocket<Incoming = unknown, Outgoing = Incoming>(
  url: UrlSource | null | undefined,
  options: CodecOptions<Incoming, Outgoing>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket<Incoming, Outgoing = unknown>(
  url: UrlSource | null | undefined,
  options: SchemaOptions<Incoming, Outgoing>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket(
  url: UrlSource | null | undefined,
  options?: RawOptions,
): UseWebSocketReturn<RawIncoming, RawOutgoing>
/** For a hook of your own, which does not know whether there is a codec or a schema. */
export function useWebSocket<Incoming, Outgoing>(
  url: UrlSource | null | undefined,
  options: UseWebSocketOptions<Incoming, Outgoing> | undefined,
): UseWebSocketReturn<Incoming | RawIncoming, Outgoing & RawOutgoing>
export function useWebSocket<Incoming, Outgoing>(
  connection: MaybeConnection<Incoming, Outgoing>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket<Incoming, Outgoing>(
  source: UrlSource | MaybeConnection<Incoming, Outgoing>,
  options: LeaseOptions = {},
): UseWebSocketReturn<Incoming, Outgoing> {
  const { connection, calls } = useHolding(source, options)
  const [fields] = useState(() => new Set<Field>())
  const tracked = useMemo(() => new Tracked(connection, fields, calls), [connection, fields, calls])
  return useSyncExternalStore(tracked.subscribe, tracked.get, tracked.getOnServer)
}

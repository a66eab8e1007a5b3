import type {
  Connection,
  ConnectionState,
  DeliverOptions,
  OutboxSnapshot,
  RawIncoming,
  RawOutgoing,
  Receipt,
  SendOptions,
} from '@holdfast/core'
import type { CodecOptions, RawOptions, SchemaOptions, UseWebSocketOptions } from '@holdfast/core/bindings'
import { computed, type MaybeRefOrGetter, type ShallowRef } from 'vue'
import { lazyField, useField } from './fields.ts'
import { useStart } from './following.ts'
import { useHolding } from './holding.ts'
import type { ConnectionSource, UrlInput } from './sources.ts'

/** Each field that is taken is kept up to date; a template renders only for what it reads. */
export interface UseWebSocketReturn<Incoming, Outgoing> {
  readonly state: Readonly<ShallowRef<ConnectionState>>
  readonly status: Readonly<ShallowRef<ConnectionState['status']>>
  /**
   * New at most once a frame, and in the end the last one; `watch(lastMessage, …)` also runs for one that
   * equals the one before. Every message: {@link useMessages}.
   */
  readonly lastMessage: Readonly<ShallowRef<Incoming | undefined>>
  /**
   * Sends or queues. `false` where that is not possible: full or closed, with an error on `errors$`, or not
   * connected.
   *
   * @throws HoldfastError `ENCODE`, `CONFIGURATION`: mistakes in the call; `HANDLER` where `delivery.id` throws.
   */
  readonly send: (message: Outgoing, options?: SendOptions) => boolean
  /**
   * As {@link send}, and resolves once the message has arrived, as far as can be told; rejects where it was
   * not taken or was given up.
   */
  readonly deliver: (message: Outgoing, options?: DeliverOptions) => Promise<Receipt>
  readonly outbox: Readonly<ShallowRef<OutboxSnapshot>>
  /** The connection itself; null for none, and on a server. */
  readonly connection: Readonly<ShallowRef<Connection<Incoming, Outgoing> | null>>
}

/**
 * A connection for as long as the component or effect scope lives, shared with all who use the same key
 * (by default URL and protocols).
 *
 * @remarks Without a scope it stays until `enabled` is `false` or the URL `null`. On a server nothing is
 * dialled and everything is idle. New functions in the options never reconnect, a new URL or key does.
 * @example
 * ```ts
 * const { status, lastMessage, send } = useWebSocket(() => `/rooms/${props.room}`, { codec: json<Chat>() })
 * ```
 */
export function useWebSocket<Incoming = unknown, Outgoing = Incoming>(
  url: UrlInput,
  options: MaybeRefOrGetter<CodecOptions<Incoming, Outgoing>>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket<Incoming, Outgoing = unknown>(
  url: UrlInput,
  options: MaybeRefOrGetter<SchemaOptions<Incoming, Outgoing>>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket(
  url: UrlInput,
  options?: MaybeRefOrGetter<RawOptions | undefined>,
): UseWebSocketReturn<RawIncoming, RawOutgoing>
/** For a composable of your own, which does not know whether there is a codec or a schema. */
export function useWebSocket<Incoming, Outgoing>(
  url: UrlInput,
  options: MaybeRefOrGetter<UseWebSocketOptions<Incoming, Outgoing> | undefined>,
): UseWebSocketReturn<Incoming | RawIncoming, Outgoing & RawOutgoing>
export function useWebSocket<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
): UseWebSocketReturn<Incoming, Outgoing>
export function useWebSocket<Incoming, Outgoing>(
  source: UrlInput | ConnectionSource<Incoming, Outgoing>,
  options?: MaybeRefOrGetter<UseWebSocketOptions<Incoming, Outgoing> | undefined>,
): UseWebSocketReturn<Incoming, Outgoing> {
  const start = useStart()
  const holding = useHolding<Incoming, Outgoing>(source, options, start)
  const state = useField(holding.connection, 'state', start)
  const lastMessage = lazyField(holding.connection, 'lastMessage', start)
  const outbox = lazyField(holding.connection, 'outbox', start)
  return {
    ...holding,
    state,
    status: computed(() => state.value.status),
    // Getters: what nobody takes is not listened for, and does not wake a lazy connection.
    get lastMessage() {
      return lastMessage()
    },
    get outbox() {
      return outbox()
    },
  }
}

import type { Codec, RawIncoming, RawOutgoing } from './codec.ts'
import type { LeaseOptions } from './lease.ts'
import type { TypedOptions } from './options.ts'
import type { StandardSchemaV1 } from './schema.ts'

/** The options of a connection, and what a view adds: `enabled`, `key`, `handover`, `onRelease`. */
export interface ViewOptions<Incoming, Outgoing>
  extends TypedOptions<Incoming, Outgoing>,
    Pick<LeaseOptions, 'enabled' | 'key' | 'handover' | 'onRelease'> {}

/** Messages have the types of the codec. */
export interface CodecOptions<Incoming, Outgoing> extends ViewOptions<Incoming, Outgoing> {
  readonly codec: Codec<Incoming, Outgoing>
  readonly schema?: never
}

/** Incoming messages have the schema's output type; one that does not fit goes to `errors$`. */
export interface SchemaOptions<Incoming, Outgoing> extends ViewOptions<Incoming, Outgoing> {
  readonly schema: StandardSchemaV1<unknown, Incoming>
  /** @defaultValue json() */
  readonly codec?: Codec<unknown, Outgoing>
}

/** Messages are what the native class takes and gives. */
export interface RawOptions extends ViewOptions<RawIncoming, RawOutgoing> {
  readonly codec?: never
  readonly schema?: never
}

/**
 * Options of `useWebSocket`: those of `connect()`, and `enabled`, `key`, `handover`, `onRelease`.
 *
 * @remarks In React functions may be new at every render: the newest are called, and nothing reconnects for
 * them. Of the plain data the first holds as long as the connection lives; different data is a `CONFIGURATION`
 * error on `errors$`, unless the `key` differs too.
 */
export type UseWebSocketOptions<Incoming = RawIncoming, Outgoing = RawOutgoing> =
  | CodecOptions<Incoming, Outgoing>
  | SchemaOptions<Incoming, Outgoing>
  | RawOptions

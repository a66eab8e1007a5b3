import type { Codec, RawIncoming, RawOutgoing, StandardSchemaV1, TypedOptions } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/core/bindings'

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

export type UseWebSocketOptions<Incoming = RawIncoming, Outgoing = RawOutgoing> =
  | CodecOptions<Incoming, Outgoing>
  | SchemaOptions<Incoming, Outgoing>
  | RawOptions

import { checkObject } from './checks.ts'
import { type Codec, json, type RawIncoming, type RawOutgoing, raw } from './codec.ts'
import type { ConnectionOptions, MessageOptions, TypedOptions } from './options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { Connection } from './streams.ts'
import type { UrlSource } from './url.ts'

/**
 * Makes a connection. The first dial comes in a microtask, so that whoever subscribes at once misses
 * nothing; with `lazy`, at the first subscriber or the first `send()`.
 *
 * @remarks With a `codec`, messages have its types. With a `schema` (any Standard Schema), incoming messages
 * have the schema's output type, and one that does not fit goes to `errors$`; the codec is `json()` unless
 * given. With neither, messages are what the native class takes and gives.
 * @throws HoldfastError `CONFIGURATION` for a bad URL, subprotocol or option; `INSECURE` for a token over `ws:`. What
 * a function answers is judged at its dial: the state says so then.
 * @example
 * ```ts
 * const connection = connect('wss://example.com/chat', { codec: json<ChatMessage>() })
 * connection.messages$.subscribe((message) => show(message))
 * connection.send({ type: 'say', text: 'hello' }) // queued until open
 * ```
 */
export function connect<Incoming = unknown, Outgoing = Incoming>(
  url: UrlSource,
  options: TypedOptions<Incoming, Outgoing> & { codec: Codec<Incoming, Outgoing>; schema?: never },
): Connection<Incoming, Outgoing>
export function connect<Incoming, Outgoing = unknown>(
  url: UrlSource,
  options: TypedOptions<Incoming, Outgoing> & {
    schema: StandardSchemaV1<unknown, Incoming>
    codec?: Codec<unknown, Outgoing>
  },
): Connection<Incoming, Outgoing>
export function connect(
  url: UrlSource,
  options?: TypedOptions<RawIncoming, RawOutgoing> & { codec?: never; schema?: never },
): Connection<RawIncoming, RawOutgoing>
export function connect<Incoming, Outgoing>(
  url: UrlSource,
  options: ConnectionOptions & MessageOptions = {},
): Connection<Incoming, Outgoing> {
  // Before anything is made of them: a subprotocol is no options.
  checkObject('options', options)
  const { codec = options.schema ? json() : raw() } = options
  return new Connection(url, { ...options, codec })
}

import { isBlob } from './bytes.ts'
import { describe, HoldfastError } from './errors.ts'

/** What a native socket hands over: text, or binary as `binaryType` says. */
export type RawIncoming = string | ArrayBuffer | Blob
/** What a native socket takes. */
export type RawOutgoing = string | ArrayBuffer | ArrayBufferView | Blob

/**
 * Turns messages into what goes over the wire, and back.
 *
 * @remarks Both functions may throw: `encode` at the call of `send()` (`ENCODE`), `decode` to `errors$`
 * (`DECODE`), and the connection goes on. `decode` may be async: the order of messages is kept. What
 * `encode` returns is copied, so it may use one buffer again and again.
 */
export interface Codec<Incoming, Outgoing = Incoming> {
  encode(message: Outgoing): RawOutgoing
  decode(data: RawIncoming): Incoming | Promise<Incoming>
}

/** The data itself, both ways. The default. */
export function raw(): Codec<RawIncoming, RawOutgoing> {
  return { encode: same, decode: same }
}

function same<T>(data: T): T {
  return data
}

/** Whether a codec sends what it is given as it is: it need not be asked then. */
export function isRaw({ encode }: Codec<unknown, never>): boolean {
  return encode === same
}

export interface JsonOptions {
  /** As the second argument of `JSON.parse`. */
  readonly reviver?: ((this: unknown, key: string, value: unknown) => unknown) | undefined
  /** As the second argument of `JSON.stringify`. */
  readonly replacer?: ((this: unknown, key: string, value: unknown) => unknown) | undefined
}

/**
 * JSON text both ways; binary messages are read as UTF-8 text.
 *
 * @typeParam Incoming - What the server is trusted to send; give a `schema` to have it checked.
 */
export function json<Incoming = unknown, Outgoing = Incoming>(
  options: JsonOptions = {},
): Codec<Incoming, Outgoing> {
  const { reviver, replacer } = options
  // The caller vouches for the type; a schema checks it.
  const parse = (text: string): Incoming => JSON.parse(text, reviver) as Incoming
  return {
    encode(message) {
      const text: string | undefined = JSON.stringify(message, replacer)
      if (text === undefined) throw new TypeError(`JSON has no form for ${describe(message)}.`)
      return text
    },
    decode(data) {
      if (typeof data === 'string') return parse(data)
      if (isBlob(data)) return data.arrayBuffer().then((buffer) => parse(utf8(buffer)))
      return parse(utf8(data))
    },
  }
}

/** Text both ways; a binary message is a `DECODE` error. */
export function text(): Codec<string> {
  return {
    encode: (message) => only(typeof message === 'string', message, 'a string'),
    decode(data) {
      if (typeof data === 'string') return data
      throw new HoldfastError('DECODE', 'text() takes text; a binary message came.')
    },
  }
}

/** Binary both ways, as ArrayBuffers whatever `binaryType` says; a text message is a `DECODE` error. */
export function binary(): Codec<ArrayBuffer, ArrayBuffer | ArrayBufferView | Blob> {
  return {
    encode: (message) => only(typeof message !== 'string', message, 'an ArrayBuffer, a view or a Blob'),
    decode(data) {
      if (typeof data === 'string') throw new HoldfastError('DECODE', 'binary() takes no text, and one came.')
      return isBlob(data) ? data.arrayBuffer() : data
    },
  }
}

function only<T>(fits: boolean, message: T, expected: string): T {
  if (!fits) throw new HoldfastError('ENCODE', `Expected ${expected} to send; got ${describe(message)}.`)
  return message
}

function utf8(data: ArrayBuffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(data)
}

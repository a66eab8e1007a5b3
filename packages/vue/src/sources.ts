import type { Connection, UrlSource } from '@holdfast/core'
import type { LeaseOptions } from '@holdfast/core/bindings'
import { type ComputedRef, type MaybeRefOrGetter, type Ref, toRaw, toValue } from 'vue'

/** A connection, a ref of one, or a getter; `null` and `undefined` are none. */
export type ConnectionSource<Incoming, Outgoing> = MaybeRefOrGetter<
  Connection<Incoming, Outgoing> | null | undefined
>

type Url = UrlSource | null | undefined

/**
 * A URL, a ref of one, or a getter; `null` and `undefined` are none.
 *
 * @remarks A function given as it is is a getter: called without an argument, and again when what it read
 * has changed. A function that is to be asked before every attempt is returned from a getter, or held in a
 * `shallowRef`.
 * @example
 * ```ts
 * useWebSocket(() => `wss://example.com/rooms/${props.room}`)
 * useWebSocket(() => (attempt) => signedUrl(attempt))
 * ```
 */
export type UrlInput = string | URL | null | undefined | Ref<Url> | ComputedRef<Url> | (() => Url)

/**
 * What a source holds now, never as a reactive proxy: private fields do not work through one, and nothing
 * inside a connection is to be tracked.
 */
export function read<T>(source: MaybeRefOrGetter<T>): T {
  return toRaw(toValue(source))
}

export function readConnection<Incoming, Outgoing>(
  source: ConnectionSource<Incoming, Outgoing>,
): Connection<Incoming, Outgoing> | null {
  return read(source) ?? null
}

/** The options as they are now; of reactive ones each is tracked, and what it holds is no proxy. */
export function readOptions(options: MaybeRefOrGetter<LeaseOptions | undefined>): LeaseOptions {
  const entries = Object.entries(toValue(options) ?? {})
  return Object.fromEntries(entries.map(([name, value]) => [name, toRaw(value)]))
}

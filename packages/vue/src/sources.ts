import type { Connection, UrlSource } from '@holdfast/core'
import type { LeaseOptions, LeaseUrl } from '@holdfast/core/bindings'
import { type ComputedRef, computed, type MaybeRefOrGetter, type Ref, toRaw, toValue } from 'vue'

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
function read<T>(source: MaybeRefOrGetter<T>): T {
  return toRaw(toValue(source))
}

export function readConnection<Incoming, Outgoing>(
  source: ConnectionSource<Incoming, Outgoing>,
): Connection<Incoming, Outgoing> | null {
  return read(source) ?? null
}

/** For the `connection` of a view: what carries out a change of its URL now, without waiting for the next flush. */
export const updates: WeakMap<object, () => void> = /* @__PURE__ */ new WeakMap()

/** Gives what a view is to hold, or throws what a getter has thrown. */
export type Wanted<Incoming, Outgoing> = () => readonly [
  Connection<Incoming, Outgoing> | LeaseUrl,
  LeaseOptions,
]

/** Throws nothing itself: who changes what a getter reads is not to be thrown at. */
export function wantedOf<Incoming, Outgoing>(
  source: MaybeRefOrGetter<Connection<Incoming, Outgoing> | LeaseUrl>,
  options: MaybeRefOrGetter<LeaseOptions | undefined>,
): ComputedRef<Wanted<Incoming, Outgoing>> {
  return computed(() => {
    try {
      const found = [read(source), readOptions(options)] as const
      return () => found
    } catch (error) {
      return () => {
        throw error
      }
    }
  })
}

/**
 * The options as they are now; of reactive ones each is tracked, and what it holds is no proxy. Protocols and
 * identity tell one connection from another: these are tracked also where they are changed in place.
 */
function readOptions(options: MaybeRefOrGetter<LeaseOptions | undefined>): LeaseOptions {
  const given: LeaseOptions & Record<string, unknown> = { ...toValue(options) }
  try {
    void given.auth?.identity
  } catch {
    // Of a class: behind a proxy its private members are out of reach.
  }
  for (const name in given) {
    const value = given[name]
    // A copy of the protocols: the connection that was made with them goes by what they were.
    given[name] = Array.isArray(value) ? [...value] : toRaw(value)
  }
  return given
}

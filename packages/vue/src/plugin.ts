import type { Connection } from '@holdfast/core'
import type { UseWebSocketOptions } from '@holdfast/core/bindings'
import {
  type App,
  computed,
  effectScope,
  type InjectionKey,
  inject,
  type Plugin,
  provide,
  type Ref,
  type ShallowRef,
  shallowReadonly,
  shallowRef,
} from 'vue'
import { follow, useStart } from './following.ts'
import { useHolding } from './holding.ts'
import { type ConnectionSource, readConnection, type UrlInput } from './sources.ts'

/** The connection of an application: one that there is, or where to connect to and how. */
export type HoldfastOptions<Incoming, Outgoing> =
  | { readonly connection: ConnectionSource<Incoming, Outgoing> }
  | ({ readonly url: UrlInput } & UseWebSocketOptions<Incoming, Outgoing>)

// An object: a key has no types of its own for messages, `useConnection()` names them.
const KEY: InjectionKey<Readonly<Ref<object | null>>> = /* @__PURE__ */ Symbol('holdfast')

/**
 * Gives every component of an app one connection, for {@link useConnection}. One made from a `url` is closed
 * when the app is unmounted; on a server none is made.
 *
 * @example
 * ```ts
 * createApp(App).use(holdfast({ url: 'wss://example.com/live', codec: json<Message>() }))
 * ```
 */
export function holdfast<Incoming, Outgoing>(options: HoldfastOptions<Incoming, Outgoing>): Plugin {
  return {
    install(app: App) {
      const scope = effectScope(true)
      scope.run(() => {
        if ('connection' in options) return app.provide(KEY, provided(options.connection))
        const { url, ...rest } = options
        return app.provide(KEY, useHolding<Incoming, Outgoing>(url, rest, useStart()).connection)
      })
      // Vue 3.4 has no app.onUnmount().
      const { unmount } = app
      app.unmount = () => {
        try {
          unmount.call(app)
        } finally {
          scope.stop()
        }
      }
    },
  }
}

/** Gives the components below this one a connection, for {@link useConnection}. Closing it stays with you. */
export function provideConnection<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
): void {
  provide(KEY, provided(connection))
}

/**
 * The connection that the plugin or a component above has provided; null without one, while it has none, and
 * on a server.
 *
 * @remarks The types are those you name: what is injected cannot know what was provided.
 * @example
 * ```ts
 * const price = useLastMessage(useConnection<Price>(), ({ value }) => value)
 * ```
 */
export function useConnection<Incoming = unknown, Outgoing = Incoming>(): Readonly<
  ShallowRef<Connection<Incoming, Outgoing> | null>
> {
  const source = inject(KEY, null)
  const connection = shallowRef<Connection<Incoming, Outgoing> | null>(null)
  follow(
    () => source?.value ?? null,
    (current) => {
      // Nothing else is provided; its types of messages are the caller's to know.
      connection.value = current as Connection<Incoming, Outgoing> | null
      return undefined
    },
    useStart(),
  )
  return shallowReadonly(connection)
}

function provided<Incoming, Outgoing>(
  source: ConnectionSource<Incoming, Outgoing>,
): Readonly<Ref<Connection<Incoming, Outgoing> | null>> {
  return computed(() => readConnection(source))
}

import type { Connection } from '@holdfast/core'
import { createContext, type ReactElement, type ReactNode, useContext } from 'react'
import type { MaybeConnection } from './use-snapshot.ts'

/** Unknown, as one context serves connections of all types of messages. */
const ConnectionContext = /* @__PURE__ */ createContext<unknown>(null)

export interface ConnectionProviderProps<Incoming, Outgoing> {
  /** Made with `connect()` or by {@link useWebSocket}; who made it closes it. */
  readonly connection: MaybeConnection<Incoming, Outgoing>
  readonly children?: ReactNode
}

/**
 * Hands a connection to all components below: {@link useConnection} takes it.
 *
 * @example
 * ```tsx
 * function App() {
 *   const { connection } = useWebSocket('wss://example.com/prices', { codec: json<Price>() })
 *   return <ConnectionProvider connection={connection}><Chart /></ConnectionProvider>
 * }
 * ```
 */
export function ConnectionProvider<Incoming, Outgoing>({
  connection,
  children,
}: ConnectionProviderProps<Incoming, Outgoing>): ReactElement {
  return <ConnectionContext.Provider value={connection ?? null}>{children}</ConnectionContext.Provider>
}

/**
 * The connection of the nearest {@link ConnectionProvider}; `null` without one, and where it has none.
 *
 * @remarks The types are those you name: a context cannot know what its provider was given.
 * @example
 * ```tsx
 * const price = useLastMessage(useConnection<Price>(), ({ value }) => value)
 * ```
 */
export function useConnection<Incoming = unknown, Outgoing = Incoming>(): Connection<
  Incoming,
  Outgoing
> | null {
  // The provider takes nothing else; its types of messages are the caller's to know.
  return useContext(ConnectionContext) as Connection<Incoming, Outgoing> | null
}

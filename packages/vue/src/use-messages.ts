import { onEveryMessage } from '@holdfast/core/bindings'
import { follow, untilOver, useStart } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

/**
 * Calls a handler with every message, in order, exactly once, as it comes: not once a frame. Renders nothing.
 *
 * @remarks What the handler throws goes to `errors$`. Messages that came before are not repeated.
 * @example
 * ```ts
 * useMessages(connection, (message) => chart.add(message))
 * ```
 */
export function useMessages<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
  handler: (message: Incoming) => void,
): void {
  const tell = untilOver(handler)
  follow(
    () => readConnection(connection),
    (current) => (current ? onEveryMessage(current, tell) : undefined),
    useStart(),
  )
}

import { onEveryMessage } from '@holdfast/core/bindings'
import { getCurrentScope, onScopeDispose } from 'vue'
import { follow, useStart } from './following.ts'
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
  let isOver = false
  // First: a message that is being told may end this, by another handler.
  if (getCurrentScope()) {
    onScopeDispose(() => {
      isOver = true
    })
  }
  const tell = (message: Incoming): void => {
    if (!isOver) handler(message)
  }
  follow(
    () => readConnection(connection),
    (current) => (current ? onEveryMessage(current, tell) : undefined),
    useStart(),
  )
}

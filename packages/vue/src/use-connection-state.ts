import type { ConnectionState } from '@holdfast/core'
import { computed, type Ref } from 'vue'
import { useField } from './fields.ts'
import { useStart } from './following.ts'
import type { ConnectionSource } from './sources.ts'

/**
 * The state of a connection, or what a selector takes from it; idle where there is none, and on a server.
 *
 * @example
 * ```ts
 * const isOpen = useConnectionState(connection, (state) => state.status === 'open')
 * ```
 */
export function useConnectionState<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
): Readonly<Ref<ConnectionState>>
export function useConnectionState<Incoming, Outgoing, Selected>(
  connection: ConnectionSource<Incoming, Outgoing>,
  selector: (state: ConnectionState) => Selected,
): Readonly<Ref<Selected>>
export function useConnectionState<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
  selector?: (state: ConnectionState) => unknown,
): Readonly<Ref<unknown>> {
  const state = useField(connection, 'state', useStart())
  return selector ? computed(() => selector(state.value)) : state
}

import { computed, type Ref } from 'vue'
import { useField } from './fields.ts'
import { useStart } from './following.ts'
import type { ConnectionSource } from './sources.ts'

/**
 * The newest message, or what a selector takes from it: new at most once a frame, and in the end the last
 * one; undefined before the first, and on a server.
 *
 * @remarks Without a selector each message counts: `watch(lastMessage, …)` runs for one that equals the one
 * before too. With a selector only what is not equal does, by `isEqual` or `Object.is`.
 * @example
 * ```ts
 * const price = useLastMessage(connection, (tick) => tick.price)
 * ```
 */
export function useLastMessage<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
): Readonly<Ref<Incoming | undefined>>
export function useLastMessage<Incoming, Outgoing, Selected>(
  connection: ConnectionSource<Incoming, Outgoing>,
  selector: (message: Incoming) => Selected,
  isEqual?: (a: Selected, b: Selected) => boolean,
): Readonly<Ref<Selected | undefined>>
export function useLastMessage<Incoming, Outgoing>(
  connection: ConnectionSource<Incoming, Outgoing>,
  selector?: (message: Incoming) => unknown,
  isEqual: (a: unknown, b: unknown) => boolean = Object.is,
): Readonly<Ref<unknown>> {
  const message = useField(connection, 'lastMessage', useStart())
  if (!selector) return message
  return computed((before: unknown) => {
    const incoming = message.value
    if (incoming === undefined) return undefined
    const selected = selector(incoming)
    return before !== undefined && isEqual(before, selected) ? before : selected
  })
}

import { useCallback } from 'react'
import { type MaybeConnection, useSnapshot } from './use-snapshot.ts'

/**
 * The newest message, or what a selector makes of it; `undefined` before the first. Renders at most once a
 * frame, however many come, and always ends on the last one. For every message: {@link useMessages}.
 *
 * @param selector - May be inline. Called for the messages that are rendered, not for those passed over.
 * @param isEqual - No render while results are equal. Default: `Object.is`.
 * @example
 * ```tsx
 * const price = useLastMessage(connection, (tick) => tick.price)
 * ```
 */
export function useLastMessage<Incoming, Outgoing, Selected = Incoming>(
  connection: MaybeConnection<Incoming, Outgoing>,
  selector: (message: Incoming) => Selected = itself,
  isEqual?: (a: Selected | undefined, b: Selected | undefined) => boolean,
): Selected | undefined {
  const select = useCallback(
    (message: Incoming | undefined) => (message === undefined ? undefined : selector(message)),
    [selector],
  )
  return useSnapshot(connection, 'lastMessage', select, isEqual)
}

/** Only where no selector is given, and then Selected is the message's type. */
function itself<Selected>(message: unknown): Selected {
  return message as Selected
}

import { ChannelStore, type ChannelViewOptions, channelKey } from '@holdfast/core/bindings'
import { useCallback, useInsertionEffect, useSyncExternalStore } from 'react'
import { useAbsence } from './use-presence.ts'
import type { MaybeConnection } from './use-snapshot.ts'
import { useStore } from './use-store.ts'

/**
 * A subscription with the server for as long as the component is mounted: the newest message of it, at most
 * once a frame, or every one to a handler, which renders nothing.
 *
 * @remarks Components that ask for the same thing share one subscription. What is asked for is the content
 * of `subscribe()`, which is called while rendering to compare it: when it changes, the old one ends and the
 * new one begins. Where that message is different each time (an id, a time) or no plain data, give a `key`.
 * Functions may be inline: those of the newest render are called.
 * @param handler - Called with every message. What it throws goes to `errors$` as `HANDLER`.
 * @example
 * ```tsx
 * const trade = useChannel(connection, {
 *   subscribe: () => ({ subscribe: symbol }),
 *   unsubscribe: () => ({ unsubscribe: symbol }),
 *   filter: (message) => message.symbol === symbol,
 * })
 * ```
 */
export function useChannel<Incoming, const Outgoing, Message extends Incoming = Incoming>(
  connection: MaybeConnection<Incoming, Outgoing>,
  options: ChannelViewOptions<Incoming, Outgoing, Message>,
): Message | undefined
export function useChannel<Incoming, const Outgoing, Message extends Incoming = Incoming>(
  connection: MaybeConnection<Incoming, Outgoing>,
  options: ChannelViewOptions<Incoming, Outgoing, Message>,
  handler: (message: Message) => void,
): void
export function useChannel<Incoming, const Outgoing, Message extends Incoming>(
  connection: MaybeConnection<Incoming, Outgoing>,
  options: ChannelViewOptions<Incoming, Outgoing, Message>,
  handler?: (message: Message) => void,
): Message | undefined {
  const key = connection ? channelKey(options) : undefined
  // Made with the options of this render; the effect below brings those of the next ones.
  const store = useStore(connection, key, () =>
    connection && key !== undefined ? new ChannelStore(connection, key, options) : undefined,
  )
  // A message that is being told may unmount this, by another handler.
  const isGone = useAbsence()
  const told = handler && ((message: Message) => void (isGone.current || handler(message)))
  // The store of a key keeps the functions of that key's last render: so it unsubscribes from what it was.
  useInsertionEffect(() => store?.update(options, told))
  return useSyncExternalStore(
    useCallback((listener) => store?.subscribe(listener) ?? doNothing, [store]),
    () => store?.get(),
    () => undefined,
  )
}

function doNothing(): void {}

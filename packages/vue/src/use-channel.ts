import { ChannelStore, type ChannelViewOptions, channelKey } from '@holdfast/core/bindings'
import { computed, type MaybeRefOrGetter, type ShallowRef, shallowReadonly, shallowRef, toValue } from 'vue'
import { follow, untilOver, useStart } from './following.ts'
import { type ConnectionSource, readConnection } from './sources.ts'

/**
 * A subscription with the server for as long as the scope lives: the newest message of it, at most once a
 * frame, or every one to a handler.
 *
 * @remarks All who ask for the same thing share one subscription. What is asked for is the content of
 * `subscribe()`: when what it reads changes, the old one ends and the new one begins, so `unsubscribe()` is
 * called together with it. Where that message is different each time (an id, a time) or no plain data, give
 * a `key`.
 * @param handler - Called with every message. What it throws goes to `errors$` as `HANDLER`.
 * @example
 * ```ts
 * const trade = useChannel(connection, {
 *   subscribe: () => ({ subscribe: props.symbol }),
 *   unsubscribe: () => ({ unsubscribe: props.symbol }),
 *   filter: (message) => message.symbol === props.symbol,
 * })
 * ```
 */
export function useChannel<Incoming, const Outgoing, Message extends Incoming = Incoming>(
  connection: ConnectionSource<Incoming, Outgoing>,
  options: MaybeRefOrGetter<ChannelViewOptions<Incoming, Outgoing, Message>>,
  handler?: (message: Message) => void,
): Readonly<ShallowRef<Message | undefined>> {
  type Store = ChannelStore<Incoming, Outgoing, Message>
  const newest = shallowRef<Message>()
  const tell = handler && untilOver(handler)
  let known: { readonly of: unknown; readonly key: string; readonly store: Store } | undefined
  const wanted = computed((): Store | null => {
    const current = readConnection(connection)
    const asked = toValue(options)
    const key = current ? channelKey(asked) : undefined
    if (!current || key === undefined) {
      known = undefined
      return null
    }
    const now = settled(asked)
    if (known?.of !== current || known.key !== key) {
      known = { of: current, key, store: new ChannelStore(current, key, now) }
    }
    known.store.update(now, tell)
    return known.store
  })
  follow(
    () => wanted.value,
    (store) => {
      newest.value = store?.get()
      return store?.subscribe(() => {
        newest.value = store.get()
      })
    },
    useStart(),
  )
  return shallowReadonly(newest)
}

/** When it ends, what `unsubscribe()` reads has changed already: the message is made beforehand. */
function settled<Incoming, Outgoing, Message extends Incoming>(
  options: ChannelViewOptions<Incoming, Outgoing, Message>,
): ChannelViewOptions<Incoming, Outgoing, Message> {
  const { unsubscribe } = options
  if (!unsubscribe) return options
  try {
    const message = unsubscribe()
    return { ...options, unsubscribe: () => message }
  } catch {
    // It throws once more when it is to be sent, and is reported there.
    return options
  }
}

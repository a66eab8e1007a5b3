import type { ChannelOptions } from './channel.ts'
import { checkFunction } from './checks.ts'
import { Emitter } from './emitter.ts'
import { canonical } from './live-options.ts'
import { join } from './shared-channel.ts'
import { type Connection, shellOf } from './streams.ts'
import { type ViewFrame, viewFrameOf } from './view-frame.ts'

/** A channel as a view asks for it: its functions may be new at every render. */
export interface ChannelViewOptions<Incoming, Outgoing, Message extends Incoming = Incoming>
  extends ChannelOptions<Incoming, Outgoing, Message> {
  /**
   * Views of one connection with the same key share one subscription; another key is another channel.
   * @defaultValue the content of `subscribe()`, which is then called to compare it; without one all are the same, and so
   * is what their `resume` carries on after
   */
  readonly key?: string | undefined
  /** `false`: not subscribed. @defaultValue true */
  readonly enabled?: boolean | undefined
}

/** What tells one channel from another; undefined where none is wanted. */
export function channelKey<Incoming, Outgoing, Message extends Incoming>({
  key,
  enabled,
  subscribe,
}: ChannelViewOptions<Incoming, Outgoing, Message>): string | undefined {
  if (enabled === false) return undefined
  // One that asks and one that only listens are two, whoever comes first.
  if (key !== undefined) return `${subscribe ? 'key' : 'filter'} ${key}`
  try {
    return canonical(subscribe?.())
  } catch {
    // It throws once more when it is to be sent, and is reported there.
    return ''
  }
}

/** One view's place in a channel: the functions of its newest render, and what it has seen last. */
export class ChannelStore<Incoming, Outgoing, Message extends Incoming> {
  readonly #connection: Connection<Incoming, Outgoing>
  readonly #key: string
  readonly #frame: ViewFrame
  readonly #listeners: Emitter<void>
  #leave: (() => void) | undefined
  #handler: ((message: Message) => void) | undefined
  #last: Message | undefined
  #published: Message | undefined
  options: ChannelViewOptions<Incoming, Outgoing, Message>

  constructor(
    connection: Connection<Incoming, Outgoing>,
    key: string,
    options: ChannelViewOptions<Incoming, Outgoing, Message>,
  ) {
    this.#connection = connection
    this.#key = key
    const shell = shellOf(connection)
    this.#frame = viewFrameOf(shell)
    this.#listeners = new Emitter(shell.announcer.onThrow)
    checkFunction('channel.filter', options.filter)
    this.options = options
  }

  /** From now on these functions are called, and messages go to the handler, if there is one. */
  update(
    options: ChannelViewOptions<Incoming, Outgoing, Message>,
    handler: ((message: Message) => void) | undefined,
  ): void {
    this.options = options
    this.#handler = handler
  }

  /** The newest message that was published; new at most once a frame. */
  readonly get = (): Message | undefined => this.#published

  /** Joins the channel with the first listener, leaves it with the last. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener)
    this.#leave ??= join(this.#connection, this.#key, this)
    return () => {
      if (!remove() || this.#listeners.size > 0) return
      this.#leave?.()
      this.#leave = undefined
      this.#frame.settle(this.#publish)
      // Later: a remount goes on with it.
      queueMicrotask(() => this.#forgetUnread())
    }
  }

  take(message: Message): void {
    if (this.#handler) return this.#handler(message)
    this.#last = message
    this.#frame.request(this.#publish)
  }

  readonly #publish = (): void => {
    if (Object.is(this.#published, this.#last)) return
    this.#published = this.#last
    this.#listeners.emit()
  }

  /** Newer ones come that are not seen here: whoever reads next would take it for the newest. */
  #forgetUnread(): void {
    if (this.#listeners.size > 0) return
    this.#last = undefined
    this.#published = undefined
  }
}

import type { Channel, ChannelOptions } from './channel.ts'
import type { Shell } from './connection.ts'
import { failed } from './errors.ts'
import { type Connection, shellOf } from './streams.ts'

/** A view's place in a shared channel: the functions of its newest render, and where messages go. */
export interface Member<Incoming, Outgoing, Message extends Incoming> {
  readonly options: ChannelOptions<Incoming, Outgoing, Message>
  take(message: Message): void
}

/** The channels that the views of one connection have, by key. */
class Channels<Incoming, Outgoing> {
  readonly byKey = new Map<string, SharedChannel<Incoming, Outgoing>>()
  /** Without a member, until the end of this commit: a remount, and another view of it, keep the subscription. */
  readonly #left = new Set<SharedChannel<Incoming, Outgoing>>()
  /** Begun in the meantime. */
  readonly #begun = new Set<SharedChannel<Incoming, Outgoing>>()

  /** Subscribes at once, unless another one may have to end first: for the server both may be one. */
  begin(channel: SharedChannel<Incoming, Outgoing>): void {
    if (this.#left.size === 0 || this.#left.has(channel)) channel.settle()
    else this.#begun.add(channel)
  }

  leave(channel: SharedChannel<Incoming, Outgoing>): void {
    if (this.#left.size === 0) queueMicrotask(() => this.#settle())
    this.#left.add(channel)
  }

  #settle(): void {
    const channels = [...this.#left, ...this.#begun]
    this.#left.clear()
    this.#begun.clear()
    for (const channel of channels) channel.settle()
  }
}

const commons = new WeakMap<object, unknown>()

function channelsOf<Incoming, Outgoing>(connection: object): Channels<Incoming, Outgoing> {
  // The map holds for each connection its own, so its type is known.
  const channels = (commons.get(connection) ?? new Channels()) as Channels<Incoming, Outgoing>
  commons.set(connection, channels)
  return channels
}

/** Joins the channel of a key, which is subscribed to for the first view and until the last one leaves. */
export function join<Incoming, Outgoing, Message extends Incoming>(
  connection: Connection<Incoming, Outgoing>,
  key: string,
  member: Member<Incoming, Outgoing, Message>,
): () => void {
  const channels = channelsOf<Incoming, Outgoing>(connection)
  const channel = channels.byKey.get(key) ?? new SharedChannel(shellOf(connection), key, channels)
  channels.byKey.set(key, channel)
  // It takes what its own filter accepts.
  return channel.join(member as Member<Incoming, Outgoing, Incoming>)
}

/** What a channel says to the server. */
type Messages<Incoming, Outgoing> = Omit<ChannelOptions<Incoming, Outgoing>, 'filter'>

/** One subscription for all views with the same key, each with a filter of its own. */
class SharedChannel<Incoming, Outgoing> {
  readonly #shell: Shell<Incoming, Outgoing>
  readonly #key: string
  readonly #channels: Channels<Incoming, Outgoing>
  readonly #members = new Set<Member<Incoming, Outgoing, Incoming>>()
  #takers: Member<Incoming, Outgoing, Incoming>[] = []
  /** What those who have left said last. */
  readonly #left: Messages<Incoming, Outgoing> = {}
  #stop: (() => void) | undefined

  constructor(shell: Shell<Incoming, Outgoing>, key: string, channels: Channels<Incoming, Outgoing>) {
    this.#shell = shell
    this.#key = key
    this.#channels = channels
  }

  join(member: Member<Incoming, Outgoing, Incoming>): () => void {
    this.#members.add(member)
    this.#channels.begin(this)
    return () => {
      this.#members.delete(member)
      Object.assign(this.#left, member.options)
      if (this.#members.size === 0) this.#channels.leave(this)
    }
  }

  /** Subscribes for its first member, or ends after the last. */
  settle(): void {
    if (this.#members.size > 0) {
      this.#stop ??= this.#create().add((message) => this.#tell(message))
      return
    }
    const stop = this.#stop
    this.#stop = undefined
    this.#channels.byKey.delete(this.#key)
    // Last: whoever is told of it may join anew.
    stop?.()
  }

  #tell(message: Incoming): void {
    for (const taker of this.#takers) {
      try {
        taker.take(message)
      } catch (error) {
        this.#shell.announcer.onThrow(error)
      }
    }
  }

  #create(): Channel<Incoming, Outgoing, Incoming> {
    /** As the newest view says that says it, or one that has left. */
    const said = <Name extends keyof Messages<Incoming, Outgoing>>(name: Name) =>
      ([...this.#members].reverse().find(({ options }) => options[name])?.options ?? this.#left)[name]
    return this.#shell.exchange.channels.create({
      get subscribe() {
        return said('subscribe')
      },
      get unsubscribe() {
        return said('unsubscribe')
      },
      get resume() {
        return said('resume')
      },
      filter: (message) => {
        // Asked for every message, which most channels do not take: nothing is made for those.
        if (this.#takers.length > 0) this.#takers = []
        for (const member of this.#members) if (this.#accepts(member, message)) this.#takers.push(member)
        return this.#takers.length > 0
      },
    })
  }

  #accepts({ options }: Member<Incoming, Outgoing, Incoming>, message: Incoming): boolean {
    try {
      return options.filter(message)
    } catch (error) {
      this.#shell.announcer.fail(failed('channel.filter', error))
      return false
    }
  }
}

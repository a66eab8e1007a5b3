import type { Announcer } from './announcer.ts'
import type { Audience } from './audience.ts'
import { checkFunction, checkObject } from './checks.ts'
import { Emitter, type Listener } from './emitter.ts'
import { failed, failure } from './errors.ts'

/**
 * A subscription with the server, kept over reconnects.
 *
 * @typeParam Message - What `filter` lets through: with a type guard, what it guards.
 */
export interface ChannelOptions<Incoming, Outgoing, Message extends Incoming = Incoming> {
  /**
   * The message that starts it: sent for the first subscriber, and after every reconnect. Without it the server is
   * asked for nothing, and the channel is what `filter` picks of what comes anyway.
   */
  readonly subscribe?: (() => Outgoing) | undefined
  /** The message that ends it: sent when the last subscriber leaves, if the connection is open. */
  readonly unsubscribe?: (() => Outgoing) | undefined
  /** Whether a message belongs to it. */
  readonly filter: ((incoming: Incoming) => incoming is Message) | ((incoming: Incoming) => boolean)
  /** In place of `subscribe` after a reconnect, once a message has come: carries on after that one. */
  readonly resume?: ((last: Message) => Outgoing) | undefined
}

/** What channels need of their connection. */
export interface ChannelHost<Incoming> {
  readonly messages: Audience<Incoming>
  /** Whether {@link control} leads anywhere. */
  readonly isOpen: () => boolean
  /** Sends past the queue. */
  readonly control: (message: unknown) => void
  readonly announcer: Pick<Announcer, 'fail' | 'tell'>
}

/** All channels of a connection that have subscribers, in the order in which these came. */
export class Channels<Incoming> {
  readonly host: ChannelHost<Incoming>
  readonly #active = new Set<{ restore(): void }>()

  constructor(host: ChannelHost<Incoming>) {
    this.host = host
  }

  /** @throws HoldfastError `CONFIGURATION` for what are no channel's options. */
  create<Outgoing, Message extends Incoming>(
    options: ChannelOptions<Incoming, Outgoing, Message>,
  ): Channel<Incoming, Outgoing, Message> {
    return new Channel(this.host, checked(options), this.#active)
  }

  /** The connection has opened, and nothing was sent yet: subscribes anew. */
  restore(): void {
    for (const channel of [...this.#active]) if (this.#active.has(channel)) channel.restore()
  }
}

/** One subscription with the server, for any number of subscribers here. */
export class Channel<Incoming, Outgoing, Message extends Incoming> {
  readonly #host: ChannelHost<Incoming>
  readonly #options: ChannelOptions<Incoming, Outgoing, Message>
  readonly #active: Set<{ restore(): void }>
  readonly #emitter: Emitter<Message>
  #leave: (() => void) | undefined
  /** Whether the server has been asked, over the connection of now. */
  #isAsked = false
  #last: { readonly message: Message } | undefined

  constructor(
    host: ChannelHost<Incoming>,
    options: ChannelOptions<Incoming, Outgoing, Message>,
    active: Set<{ restore(): void }>,
  ) {
    this.#host = host
    this.#options = options
    this.#active = active
    this.#emitter = new Emitter(host.messages.onThrow)
  }

  /** Reports what a listener throws. */
  get onThrow(): (error: unknown) => void {
    return this.#emitter.onThrow
  }

  /** Adds a listener; returns what removes it. The first one subscribes, the last to go unsubscribes. */
  add(listener: Listener<Message>): () => void {
    const remove = this.#emitter.add(listener)
    if (!this.#active.has(this)) this.#start()
    return () => {
      remove()
      if (this.#emitter.size === 0) this.#stop()
    }
  }

  restore(): void {
    const { subscribe, resume } = this.#options
    const last = this.#last
    this.#isAsked = false
    if (last && resume) this.#ask('resume', () => resume(last.message))
    else this.#ask('subscribe', subscribe)
  }

  #start(): void {
    this.#active.add(this)
    // First this: the answer may come within the call. A lazy connection dials here.
    this.#leave = this.#host.messages.pick((message) => this.#offer(message))
    if (!this.#isAsked && this.#host.isOpen()) this.#ask('subscribe', this.#options.subscribe)
  }

  #stop(): void {
    if (!this.#active.delete(this)) return
    this.#leave?.()
    this.#leave = undefined
    this.#last = undefined
    if (this.#isAsked && this.#host.isOpen()) this.#ask('unsubscribe', this.#options.unsubscribe)
    this.#isAsked = false
  }

  #offer(message: Incoming): boolean {
    if (!this.#accepts(message)) return false
    this.#last = { message }
    this.#emitter.emit(message)
    return true
  }

  #accepts(message: Incoming): message is Message {
    try {
      return this.#options.filter(message)
    } catch (error) {
      this.#host.announcer.fail(failed('channel.filter', error))
      return false
    }
  }

  #ask(action: 'subscribe' | 'resume' | 'unsubscribe', create: (() => Outgoing) | undefined): void {
    if (!create) return
    let message: Outgoing
    try {
      message = create()
    } catch (error) {
      return this.#host.announcer.fail(failed(`channel.${action}`, error))
    }
    try {
      this.#host.control(message)
      this.#isAsked = true
      this.#host.announcer.tell({ type: 'channel', action })
    } catch (error) {
      this.#host.announcer.fail(failure('The native socket', error))
    }
  }
}

function checked<Options extends ChannelOptions<never, unknown>>(options: Options): Options {
  checkObject('The options of channel()', options)
  for (const name of ['subscribe', 'unsubscribe', 'filter', 'resume'] as const) {
    const given = options[name]
    if (given !== undefined || name === 'filter') checkFunction(`channel.${name}`, given)
  }
  return options
}

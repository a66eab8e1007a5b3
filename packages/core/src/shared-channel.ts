import type { Channel, ChannelOptions } from './channel.ts'
import type { Shell } from './connection.ts'
import { environmentOf } from './environment.ts'
import { failed } from './errors.ts'
import { Frame } from './frame.ts'
import { type Connection, shellOf } from './streams.ts'

/** A view's place in a shared channel: the functions of its newest render, and where messages go. */
export interface Member<Incoming, Outgoing, Message extends Incoming> {
  readonly options: ChannelOptions<Incoming, Outgoing, Message>
  take(message: Message): void
}

/** What the views of one connection have in common: channels by key, and the frame that they publish in. */
interface Common<Incoming, Outgoing> {
  readonly channels: Map<string, SharedChannel<Incoming, Outgoing>>
  readonly frame: Frame
  readonly due: Set<() => void>
}

const commons = new WeakMap<object, unknown>()

function commonOf<Incoming, Outgoing>(connection: object): Common<Incoming, Outgoing> {
  // The map holds for each connection its own, so its type is known.
  let common = commons.get(connection) as Common<Incoming, Outgoing> | undefined
  if (common === undefined) {
    const due = new Set<() => void>()
    const frame = new Frame(environmentOf(), () => {
      const calls = [...due]
      due.clear()
      for (const call of calls) call()
    })
    common = { channels: new Map(), frame, due }
    commons.set(connection, common)
  }
  return common
}

/** Calls back before the next frame, once, and in it all who asked: views of one connection render together. */
export function inNextFrame(connection: object, publish: () => void): void {
  const { due, frame } = commonOf(connection)
  due.add(publish)
  frame.request()
}

/** Takes that back, and leaves no timer where it was the last. */
export function notInNextFrame(connection: object, publish: () => void): void {
  const { due, frame } = commonOf(connection)
  if (due.delete(publish) && due.size === 0) frame.cancel()
}

/** Joins the channel of a key, which is subscribed to for the first view and until the last one leaves. */
export function join<Incoming, Outgoing, Message extends Incoming>(
  connection: Connection<Incoming, Outgoing>,
  key: string,
  member: Member<Incoming, Outgoing, Message>,
): () => void {
  const { channels } = commonOf<Incoming, Outgoing>(connection)
  let channel = channels.get(key)
  if (channel === undefined) {
    channel = new SharedChannel(shellOf(connection), () => channels.delete(key))
    channels.set(key, channel)
  }
  // It takes what its own filter accepts.
  return channel.join(member as Member<Incoming, Outgoing, Incoming>)
}

/** One subscription for all views with the same key, each with a filter of its own. */
class SharedChannel<Incoming, Outgoing> {
  readonly #shell: Shell<Incoming, Outgoing>
  readonly #onOver: () => void
  readonly #members = new Set<Member<Incoming, Outgoing, Incoming>>()
  #newest: Member<Incoming, Outgoing, Incoming> | undefined
  #takers: Member<Incoming, Outgoing, Incoming>[] = []
  #stop: (() => void) | undefined

  constructor(shell: Shell<Incoming, Outgoing>, onOver: () => void) {
    this.#shell = shell
    this.#onOver = onOver
  }

  join(member: Member<Incoming, Outgoing, Incoming>): () => void {
    this.#members.add(member)
    this.#newest = member
    this.#stop ??= this.#create(member).add((message) => {
      for (const taker of this.#takers) {
        try {
          taker.take(message)
        } catch (error) {
          this.#shell.announcer.onThrow(error)
        }
      }
    })
    return () => {
      this.#members.delete(member)
      if (this.#members.size > 0) this.#newest = [...this.#members].at(-1)
      // Later: a remount, and another view of the same commit, keep the subscription.
      else queueMicrotask(() => this.#settle())
    }
  }

  #settle(): void {
    if (this.#members.size > 0 || !this.#stop) return
    this.#stop()
    this.#stop = undefined
    this.#onOver()
  }

  #create(first: Member<Incoming, Outgoing, Incoming>): Channel<Incoming, Outgoing, Incoming> {
    const { unsubscribe, resume } = first.options
    const options = (): ChannelOptions<Incoming, Outgoing> => (this.#newest ?? first).options
    return this.#shell.exchange.channels.create({
      subscribe: () => options().subscribe(),
      ...(unsubscribe && { unsubscribe: () => (options().unsubscribe ?? unsubscribe)() }),
      ...(resume && { resume: (last) => (options().resume ?? resume)(last) }),
      filter: (message) => {
        this.#takers = [...this.#members].filter((member) => this.#accepts(member, message))
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

import { environmentOf, isServer } from './environment.ts'
import { HoldfastError } from './errors.ts'
import { plainData } from './live-options.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import { failed } from './policies.ts'
import { type Entry, Registry } from './registry.ts'
import type { CloseReport } from './state.ts'
import { type Connection, shellOf } from './streams.ts'
import type { UrlSource } from './url.ts'

/** What became of a connection that a view was the last to hold. */
export interface ReleaseReport extends CloseReport {
  /** Queued messages that the connection took which came in its place; its own overflow policy holds for them. */
  readonly moved: number
}

/** What a view adds to the options of a connection. */
export interface LeaseOptions extends ConnectionOptions, MessageOptions {
  /** `false`: not connected. @defaultValue true */
  readonly enabled?: boolean
  /** Views with the same key share a connection. @defaultValue URL and protocols; a URL function shares with nobody */
  readonly key?: string
  /**
   * What becomes of queued messages when URL or key changes: `'move'` sends them over the new connection,
   * if it has the same origin. @defaultValue 'drop'
   */
  readonly handover?: 'drop' | 'move'
  /** Told when a connection was closed because this view, the last to hold it, let go. */
  readonly onRelease?: (report: ReleaseReport) => void
}

export type LeaseUrl = UrlSource | null | undefined

/** How many messages went over to another connection, and those that did not. */
type Moved = readonly [moved: number, left: readonly unknown[]]

/** Made when first needed; never on a server, where one process renders for many users. */
let registry: Registry | undefined
let leases = 0

/** One view's hold on a shared connection, which may change from render to render. */
export class Lease {
  readonly #privateKey = `view ${++leases}`
  #held: Entry | undefined
  #onRelease: LeaseOptions['onRelease']
  #reported = ''

  /** What to render: an idle or a shared connection, undefined for none. Without side effect on a network. */
  find(url: LeaseUrl, options: LeaseOptions): Entry | undefined {
    if (url === null || url === undefined || options.enabled === false || isServer()) return undefined
    registry ??= new Registry()
    const name = options.key
    return registry.find({ key: this.#keyOf(url, options), name }, url, connectionOptions(options))
  }

  /**
   * Takes hold of what was rendered, and lets go of what was held before. For an effect.
   *
   * @returns False, and nothing is changed, where another connection has its place by now: render again.
   */
  hold(entry: Entry | undefined, url: LeaseUrl, options: LeaseOptions): boolean {
    // A view that was hidden for long comes back with what it rendered then.
    if (entry !== undefined && registry?.isReplaced(entry)) return false
    this.#onRelease = options.onRelease
    const before = this.#held
    this.#held = entry
    if (before !== undefined && before !== entry) this.#handOver(before, entry, options.handover)
    if (entry === undefined || url === null || url === undefined) return true
    if (before !== entry) {
      this.#reported = ''
      registry?.acquire(entry)
      // The other views of this commit have their turn first: all of them may go over to a new URL.
      queueMicrotask(() => this.#checkKey(entry))
    }
    entry.live.update(url, options)
    this.#checkData(entry, plainData(connectionOptions(options)))
    return true
  }

  /** Lets go; a `hold()` soon after finds the same connection. */
  release(): void {
    const entry = this.#held
    this.#held = undefined
    if (entry) registry?.release(entry, () => this.#close(entry))
  }

  /**
   * With URL and protocols also where a key was given: when they change, it is another connection. And with
   * the user who signs in: two never share a connection, nor its queue.
   */
  #keyOf(url: UrlSource, { key, protocols = [], auth }: LeaseOptions): string {
    const isPrivate = key === undefined && (typeof url === 'function' || typeof protocols === 'function')
    const place = [
      typeof url === 'function' || String(url),
      typeof protocols === 'function' || [protocols].flat(),
      auth?.identity,
    ]
    return JSON.stringify([isPrivate ? this.#privateKey : key, ...place])
  }

  #handOver(before: Entry, entry: Entry | undefined, handover: LeaseOptions['handover']): void {
    // Others still hold it, and what is queued there is theirs too.
    if (!registry?.retire(before)) return
    const moves = handover === 'move' && entry !== undefined && mayMove(before, entry)
    if (moves) this.#close(before, ...move(before, entry.connection))
    else this.#close(before)
  }

  #close({ connection }: Entry, moved = 0, left: readonly unknown[] = []): void {
    const onRelease = this.#onRelease
    connection.close().then((report) => {
      try {
        onRelease?.({ ...report, undelivered: [...report.undelivered, ...left], moved })
      } catch (cause) {
        fail(connection, failed('onRelease', cause))
      }
    })
  }

  #checkData({ data, connection }: Entry, mine: string): void {
    if (mine === data || mine === this.#reported) return
    this.#reported = mine
    const problem = 'Different options for one connection: the first ones hold. Give another key.'
    fail(connection, new HoldfastError('CONFIGURATION', problem))
  }

  #checkKey(entry: Entry): void {
    if (this.#held !== entry || !registry?.isContested(entry)) return
    const problem = 'Different URLs or protocols under one key are different connections.'
    fail(entry.connection, new HoldfastError('CONFIGURATION', problem))
  }
}

/** Tells an error through a connection; `isTold` where somebody learns of it in another way too. */
export function fail<I, O>(connection: Connection<I, O>, error: HoldfastError, isTold = false): void {
  shellOf(connection).announcer.fail(error, isTold)
}

function connectionOptions(options: LeaseOptions): ConnectionOptions & MessageOptions {
  const { enabled: _e, key: _k, handover: _h, onRelease: _o, ...rest } = options
  return rest
}

/**
 * Queued messages leave the one in order and enter the other, ahead of what is sent there next.
 *
 * @returns How many it accepted, and those that it refused or that are of no use any more.
 */
function move({ connection, live }: Entry, to: Connection<unknown, unknown>): Moved {
  const { sender, announcer } = shellOf(connection)
  const target = shellOf(to).sender
  const now = environmentOf(live.options.environment).now()
  let moved = 0
  const left: unknown[] = []
  for (const { message, key, expiresAt } of announcer.notices.during(() => sender.takeOut('cleared'))) {
    // As everywhere: of a key only the newest matters.
    if (target.isQueued(key)) continue
    try {
      // Else the timer is late that would have dropped it.
      if (expiresAt > now) {
        to.send(message, { key, ttl: expiresAt - now })
        moved += 1
        continue
      }
    } catch (error) {
      // send() throws nothing else.
      fail(to, error as HoldfastError)
    }
    left.push(message)
  }
  return [moved, left]
}

/** To the same origin, for the same user. */
function mayMove(a: Entry, b: Entry): boolean {
  const [from, to] = [a.connection.url, b.connection.url]
  if (a.live.options.auth?.identity !== b.live.options.auth?.identity) return false
  // Not known yet, or relative without a base.
  if (!URL.canParse(from) || !URL.canParse(to)) return false
  return new URL(from).origin === new URL(to).origin
}

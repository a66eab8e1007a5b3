import type { Shell } from './connection.ts'
import { environmentOf, isServer } from './environment.ts'
import { failed, HoldfastError } from './errors.ts'
import { plainData } from './live-options.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import { type Entry, Registry } from './registry.ts'
import type { CloseReport } from './state.ts'
import { type Connection, shellOf } from './streams.ts'
import { canParse, resolveUrl, type UrlSource } from './url.ts'

/** What became of a connection that a view was the last to hold. */
export interface ReleaseReport extends CloseReport {
  /** Queued messages that the connection took which came in its place; its own overflow policy holds for them. */
  readonly moved: number
}

/** What a view adds to the options of a connection. */
export interface LeaseOptions extends ConnectionOptions, MessageOptions {
  /** `false`: not connected. @defaultValue true */
  readonly enabled?: boolean | undefined
  /**
   * Views share a connection if their URLs, protocols, `auth.identity` and keys are the same. Under one key all URL
   * functions are. @defaultValue none; a URL function shares with nobody
   */
  readonly key?: string | undefined
  /**
   * What becomes of queued messages when URL or key changes: `'move'` sends them over the new connection,
   * if it has the same origin. @defaultValue 'drop'
   */
  readonly handover?: 'drop' | 'move' | undefined
  /** Told when a connection was closed because this view, the last to hold it, let go. */
  readonly onRelease?: ((report: ReleaseReport) => void) | undefined
}

export type LeaseUrl = UrlSource | null | undefined

/** Made when first needed; never on a server, where one process renders for many users. */
let registry: Registry | undefined
let leases = 0

/** One view's hold on a shared connection, which may change from render to render. */
export class Lease {
  readonly #number = ++leases
  #held: Entry | undefined
  #onRelease: LeaseOptions['onRelease']
  #reported = ''

  /** What to render: an idle or a shared connection, undefined for none. Without side effect on a network. */
  find(url: LeaseUrl, options: LeaseOptions): Entry | undefined {
    if (url === null || url === undefined || options.enabled === false || isServer()) return undefined
    registry ??= new Registry()
    const name = options.key
    const entry = registry.find({ key: this.#keyOf(url, options), name }, url, connectionOptions(options))
    if (entry !== this.#held) entry.foundBy = this
    return entry
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
    // First: what is moved is encoded by these, and a dial asks them. What was found has a URL.
    entry?.live.update(this, url as UrlSource, options)
    if (before !== undefined && before !== entry) this.#handOver(before, entry, options.handover)
    if (entry === undefined) return true
    if (before !== entry) {
      this.#reported = ''
      registry?.acquire(entry)
      // The other views of this commit have their turn first: all of them may go over to a new URL.
      queueMicrotask(() => this.#checkKey(entry))
    }
    this.#checkData(entry, plainData(connectionOptions(options)))
    return true
  }

  /** Lets go; a `hold()` soon after finds the same connection. */
  release(): void {
    const entry = this.#held
    this.#held = undefined
    if (!entry) return
    entry.live.forget(this)
    registry?.release(entry, () => close(entry, this.#onRelease, true))
  }

  /**
   * With URL and protocols also where a key was given: when they change, it is another connection. And with
   * the user who signs in: two never share a connection, nor its queue.
   */
  #keyOf(url: UrlSource, { key, protocols = [], auth }: LeaseOptions): string {
    const isPrivate = key === undefined && (typeof url === 'function' || typeof protocols === 'function')
    const place = [
      // One that is relative is of the page that it was first rendered in, wherever that has gone to since.
      typeof url === 'function' || (canParse(String(url)) ? resolveUrl(url, undefined) : url),
      typeof protocols === 'function' || [protocols].flat(),
      auth?.identity,
    ]
    return JSON.stringify([isPrivate, isPrivate ? this.#number : key, ...place])
  }

  #handOver(before: Entry, entry: Entry | undefined, handover: LeaseOptions['handover']): void {
    const onRelease = this.#onRelease
    before.live.forget(this)
    // While others hold it, what is queued there is theirs too.
    registry?.retire(before, this, () => {
      const moves = handover === 'move' && entry !== undefined && mayMove(before, entry)
      close(before, onRelease, entry === undefined, moves ? move(before, entry.connection) : 0)
    })
  }

  #checkData(entry: Entry, mine: string): void {
    if (mine === entry.data || mine === this.#reported) return
    this.#reported = mine
    disagree(entry, 'Options differ for one connection: the first hold.')
  }

  #checkKey(entry: Entry): void {
    if (this.#held !== entry || !registry?.isContested(entry)) return
    disagree(entry, 'URLs or protocols differ for one key.')
  }
}

function disagree({ connection }: Entry, what: string): void {
  fail(connection, new HoldfastError('CONFIGURATION', `${what} Give another key.`))
}

/** `keepStored`: no other connection is to send what is queued, and what a storage has may wait for the next view. */
function close(
  { connection }: Entry,
  onRelease: LeaseOptions['onRelease'],
  keepStored: boolean,
  moved = 0,
): void {
  connection.close(undefined, '', { keepStored }).then((report) => {
    try {
      onRelease?.({ ...report, moved })
    } catch (cause) {
      fail(connection, failed('onRelease', cause))
    }
  })
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
 * Queued messages leave the one in order and enter the other, ahead of what is sent there next. What that one
 * refuses stays, and so does what a storage has still to hand out.
 *
 * @returns How many went over.
 */
function move({ connection, live }: Entry, to: Connection<unknown, unknown>): number {
  const [from, target] = [shellOf(connection), shellOf(to)]
  const now = environmentOf(live.options.environment).now()
  const { notices } = target.announcer
  const moved = from.announcer.notices.during(() => notices.during(() => moveQueue(from, target, now)))
  if (moved > 0) target.updateWanted(true)
  return moved
}

function moveQueue(from: Shell<unknown, unknown>, target: Shell<unknown, unknown>, now: number): number {
  let moved = 0
  for (const entry of from.sender.outbox.waiting) {
    const { message, key, expiresAt, fate } = entry
    // The timer is late that would have dropped it; or it was found to be over while others were encoded.
    if (expiresAt <= now || entry.status !== 'queued') continue
    // As everywhere: of a key only the newest matters.
    const reason = target.sender.outbox.isQueued(key) ? 'replaced' : 'moved'
    try {
      if (reason === 'moved') {
        const options = { key, ttl: expiresAt - now }
        if (fate) fate.move(target, message, options)
        else target.sender.send(message, options)
        moved += 1
      }
      from.sender.drop(entry, reason)
    } catch (error) {
      // send() throws nothing else.
      target.announcer.fail(error as HoldfastError, false)
    }
  }
  return moved
}

/** To the same origin, for the same user. */
function mayMove(a: Entry, b: Entry): boolean {
  const [from, to] = [a.connection.url, b.connection.url]
  if (a.live.options.auth?.identity !== b.live.options.auth?.identity) return false
  // Not known yet, or relative without a base.
  if (!canParse(from) || !canParse(to)) return false
  return new URL(from).origin === new URL(to).origin
}

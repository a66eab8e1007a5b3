import { json, raw } from './codec.ts'
import { environmentOf } from './environment.ts'
import { type LiveOptions, liveOptions, plainData } from './live-options.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import { Connection } from './streams.ts'
import type { UrlSource } from './url.ts'

/** How long a connection that nobody holds is kept, in ms: a remount finds it again. */
const KEEP = 100
/** How long one that was rendered but never held is remembered, in ms: a render may be thrown away. */
const FORGET = 10_000

type Options = ConnectionOptions & MessageOptions

/** A connection that several views may hold. */
export interface Entry {
  readonly key: string
  /** The key that the user gave. */
  readonly name: string | undefined
  readonly connection: Connection<unknown, unknown>
  /** The user's functions, as of the newest committed render. */
  readonly live: LiveOptions
  /** The plain-data options it was made with. */
  readonly data: string
  readonly isLazy: boolean
  holders: number
  /** Who has rendered it last, and does not hold it yet. */
  foundBy: object | undefined
  /** The newest call of `retire()`. */
  retirement: object | undefined
}

/** Shared connections: same key, same socket, counted, kept through a quick remount. */
export class Registry {
  readonly #entries = new Map<string, Entry>()
  readonly #timers = new Map<Entry, unknown>()
  readonly #clock = environmentOf()

  /** Finds or makes an idle connection. It does not dial: a render may call this. */
  find({ key, name }: Pick<Entry, 'key' | 'name'>, url: UrlSource, options: Options): Entry {
    const found = this.#entries.get(key)
    if (found) return found
    const live = liveOptions(url, options)
    const codec = live.options.codec ?? (options.schema ? json() : raw())
    const entry: Entry = {
      key,
      name,
      connection: new Connection<unknown, unknown>(live.url, { ...live.options, codec }, 'manual'),
      live,
      data: plainData(options),
      isLazy: options.lazy ?? false,
      holders: 0,
      foundBy: undefined,
      retirement: undefined,
    }
    this.#entries.set(key, entry)
    this.#after(entry, FORGET, () => this.#forget(entry))
    return entry
  }

  /** Holds a connection and opens it, unless it is lazy. */
  acquire(entry: Entry): void {
    this.#cancel(entry)
    // It may have been forgotten while a render waited, or a view was hidden.
    if (!this.#entries.has(entry.key)) this.#entries.set(entry.key, entry)
    entry.holders += 1
    entry.foundBy = undefined
    if (entry.holders > 1) return
    const { state, readyState } = entry.connection
    if (state.status === 'idle' ? !entry.isLazy : readyState > 1) entry.connection.open()
  }

  /** Whether its key has gone to another connection, while it was rendered but not held. */
  isReplaced(entry: Entry): boolean {
    return (this.#entries.get(entry.key) ?? entry) !== entry
  }

  /** Whether two connections are held under the key that the user gave to this one. */
  isContested({ name }: Entry): boolean {
    const held = [...this.#entries.values()].filter((other) => other.name === name && other.holders > 0)
    return name !== undefined && held.length > 1
  }

  /** Lets go. When nobody has taken hold again after a moment, calls back once, to have it closed. */
  release(entry: Entry, onLast: () => void): void {
    entry.holders -= 1
    if (entry.holders > 0) return
    this.#after(entry, KEEP, () => {
      this.#forget(entry)
      onLast()
    })
  }

  /** Lets go of one that nobody else will find by this key; then calls back, once nobody holds it. */
  retire(entry: Entry, by: object, onLast: () => void): void {
    entry.holders -= 1
    if (entry.holders > 0) return
    const retirement = {}
    entry.retirement = retirement
    const finish = (): void => {
      if (entry.holders > 0 || entry.retirement !== retirement) return
      this.#forget(entry)
      onLast()
    }
    // Another view of this commit may be about to take hold of it.
    if (entry.foundBy === undefined || entry.foundBy === by) finish()
    else queueMicrotask(finish)
  }

  #forget(entry: Entry): void {
    this.#cancel(entry)
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key)
  }

  #after(entry: Entry, delay: number, callback: () => void): void {
    this.#cancel(entry)
    this.#timers.set(entry, this.#clock.setTimeout(callback, delay))
  }

  #cancel(entry: Entry): void {
    this.#clock.clearTimeout(this.#timers.get(entry))
    this.#timers.delete(entry)
  }
}

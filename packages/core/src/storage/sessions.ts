import type { Channel, Locks, StorageHost } from './host.ts'

/**
 * Who lives. Each opening of a storage is a session, which holds a Web Lock of its name for as long as it
 * lives: the browser frees the lock of a page that was closed, reloaded or has crashed, and of no other.
 */
export class Sessions {
  /** The own one. */
  readonly id: string
  readonly #prefix: string
  readonly #locks: Locks
  readonly #channel: Channel
  readonly #over = new AbortController()
  /** Others that are known to live, or to have lived. */
  readonly #others = new Set<string>()
  readonly #waits = new Set<Promise<void>>()
  #onEnd: ((session: string) => Promise<void>) | undefined
  #own: Promise<void> | undefined
  #release: (() => void) | undefined

  constructor(name: string, host: StorageHost) {
    this.#prefix = `${name}:`
    this.#locks = host.locks
    this.id = host.session()
    this.#channel = host.channel(name)
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#meet(data)
    }
  }

  /** Lives from now on, and gets to know the others: who came before by their locks, who comes later says so. */
  async join(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const ended = new Promise<void>((release) => {
        this.#release = release
      })
      const lock = this.#locks.request(this.#lockOf(this.id), { signal: this.#over.signal }, () => {
        resolve()
        return ended
      })
      this.#own = lock.catch(reject)
    })
    this.#channel.postMessage(this.id)
    const { held = [] } = await this.#locks.query()
    for (const { name = '' } of held) {
      if (name.startsWith(this.#prefix)) this.#meet(name.slice(this.#prefix.length))
    }
  }

  /** Does work for those of the sessions that are over; nobody else gets hold of them meanwhile. */
  whileOver<T>(sessions: readonly string[], work: (over: readonly string[]) => Promise<T>): Promise<T> {
    const [session, ...others] = sessions
    if (session === undefined) return work([])
    return this.#locks.request(this.#lockOf(session), { ifAvailable: true }, (lock) => {
      if (lock === null) this.#meet(session)
      return this.whileOver(others, (over) => work(lock === null ? over : [session, ...over]))
    })
  }

  /** Calls back when another session ends, for every one that lives now or later; its lock is held meanwhile. */
  watch(onEnd: (session: string) => Promise<void>): void {
    this.#onEnd = onEnd
    for (const session of this.#others) this.#await(session)
  }

  /** Ends this session: nothing is waited for any more, and its lock is free. */
  async leave(): Promise<void> {
    this.#over.abort()
    this.#channel.onmessage = null
    this.#channel.close()
    // The own lock last: nobody takes this session for dead while it takes over another.
    await Promise.all(this.#waits)
    this.#release?.()
    await this.#own
  }

  #lockOf(session: string): string {
    return `${this.#prefix}${session}`
  }

  #meet(session: string): void {
    if (session === this.id || this.#others.has(session)) return
    this.#others.add(session)
    if (this.#onEnd) this.#await(session)
  }

  #await(session: string): void {
    const { signal } = this.#over
    const onEnd = this.#onEnd
    if (onEnd === undefined || signal.aborted) return
    const wait = this.#locks.request(this.#lockOf(session), { signal }, async () => {
      if (!signal.aborted) await onEnd(session)
    })
    // Aborted, or the work has failed: whoever opens next finds what is left.
    this.#track(wait.catch(() => undefined))
  }

  #track(wait: Promise<void>): void {
    const tracked = wait.finally(() => this.#waits.delete(tracked))
    this.#waits.add(tracked)
  }
}

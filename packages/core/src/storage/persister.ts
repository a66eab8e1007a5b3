import type { Entry } from '../entry.ts'
import type { Clock } from '../environment.ts'
import { HoldfastError } from '../errors.ts'
import { NoAnswer, patiently } from './patience.ts'
import { Soon } from './soon.ts'
import { storedMessage } from './stored-entry.ts'
import type { Store, StoredChanges, StoredMessage } from './stored-message.ts'

/** Changes of one write: a database that clones thousands of messages in one go blocks the page meanwhile. */
const BATCH = 256

export interface PersisterHost {
  /** What another life has left, once it is known; or, later on, what another owner has. */
  readonly onRestored: (messages: readonly StoredMessage[]) => void
  readonly onError: (error: HoldfastError) => void
  /** Whether timers come late, and the page may end at any time. */
  readonly isHidden: () => boolean
}

/**
 * Keeps a storage in step with the outbox for one life: in batches, one call at a time. When its page is hidden, which
 * may end then, all that waits is written at once, behind a call that is under way.
 */
export class Persister {
  readonly #storage: Store
  readonly #clock: Clock
  readonly #host: PersisterHost
  /** Since the last write: a message to put, or undefined for one to remove. */
  #changes = new Map<number, Entry | undefined>()
  /** `'removing'`: it takes no more, and what it has is still removed. */
  #status: 'new' | 'opening' | 'open' | 'removing' | 'failed' | 'closed' = 'new'
  /** The work under way, the newest and all before it; settles, and never rejects. */
  #busy: Promise<void> | undefined
  readonly #soon: Soon
  /** The batch under way did not take all changes. */
  #isBehind = false
  /** The highest order that was given. */
  #last = 0
  /** The highest order that the storage may have. */
  #written = 0
  /** Adopted before `open()` has answered. */
  #early: StoredMessage[] = []
  /** While it closes: what came too late for the queue; null where that stays. */
  #leftover: readonly StoredMessage[] | null | undefined
  /** Orders that it has not taken. */
  readonly #refused = new Set<number>()

  constructor(storage: Store, clock: Clock, host: PersisterHost) {
    this.#storage = storage
    this.#clock = clock
    this.#host = host
    this.#soon = new Soon(clock, () => this.#write())
  }

  /** Whether messages of another life may still come, which go before all others. */
  get isRestoring(): boolean {
    return this.#status === 'opening'
  }

  /** Whether a message is there, or will be unless it is refused. */
  has({ storedAs }: Entry): boolean {
    return storedAs !== 0 && !this.#refused.has(storedAs)
  }

  /** Called once. `before`: whoever has it lets go of it. */
  open(before: Promise<void> = Promise.resolve()): void {
    this.#status = 'opening'
    this.#busy = before.then(() => this.#open())
  }

  put(entry: Entry): void {
    if (this.#status === 'removing' || this.#status === 'failed') {
      // It may be the place of one that it replaces.
      entry.storedAs = 0
      return
    }
    if (entry.storedAs === 0) {
      // By the clock: behind what a former life has stored, which may not be known yet.
      this.#last = Math.max(this.#last + 1, this.#written + 1, Math.floor(this.#clock.now() * 1_000))
      entry.storedAs = this.#last
    }
    this.#changes.set(entry.storedAs, entry)
    this.#collect()
  }

  remove(entry: Entry): void {
    const { storedAs } = entry
    if (storedAs === 0 || this.#status === 'failed') return
    // One that was never written is forgotten; most are.
    if (storedAs > this.#written) this.#changes.delete(storedAs)
    else this.#changes.set(storedAs, undefined)
    this.#collect()
  }

  /** Writes without waiting for anything, where it can: the page may be about to end. */
  flush(): void {
    this.#write(Infinity)
  }

  /**
   * Writes what is left, then lets go of the storage. What another life had left, and is known only now, stays there
   * (`isKept`), or is removed and returned.
   */
  async close(isKept: boolean): Promise<readonly StoredMessage[]> {
    this.#leftover = isKept ? null : []
    while (this.#busy) await this.#busy
    // Once more where it fails: what it has must not be sent again by another life.
    while (this.#isWritable && this.#changes.size > 0) {
      this.#write()
      while (this.#busy) await this.#busy
    }
    this.#soon.stop()
    this.#changes.clear()
    if (this.#isWritable) await this.#release()
    this.#status = 'closed'
    return this.#leftover ?? []
  }

  async #open(): Promise<void> {
    try {
      const open = () => this.#storage.open((adopted) => this.#adopt(adopted))
      const messages = await patiently(this.#clock, open)
      this.#status = 'open'
      this.#know(messages)
      this.#hand(messages)
      if (this.#early.length > 0) this.#adopt(this.#early)
    } catch (cause) {
      this.#fail('It could not be opened: the outbox goes on in memory.', cause)
      this.#host.onRestored([])
      // One that refuses holds nothing; one that hangs may.
      if (cause instanceof NoAnswer) await this.#release()
    }
    this.#rest()
  }

  #hand(messages: readonly StoredMessage[]): void {
    if (this.#leftover === undefined) return this.#host.onRestored(messages)
    if (this.#leftover === null) return
    for (const { order } of messages) this.#changes.set(order, undefined)
    this.#leftover = messages
  }

  /** Their owner has died. While it closes they are left to the next one. */
  #adopt(messages: readonly StoredMessage[]): void {
    if (this.#leftover !== undefined) return
    if (this.#status === 'opening') this.#early.push(...messages)
    if (!this.#isWritable) return
    for (const { order } of messages) this.#written = Math.max(this.#written, order)
    this.#host.onRestored(messages)
  }

  /** What was sent meanwhile goes behind: the clock may have been set back since the former life. */
  #know(messages: readonly StoredMessage[]): void {
    for (const { order } of messages) this.#written = Math.max(this.#written, order)
    if (this.#written === 0) return
    const waiting = [...this.#changes].sort(([a], [b]) => a - b)
    this.#changes.clear()
    for (const [, entry] of waiting) {
      if (entry === undefined) continue
      entry.storedAs = 0
      this.put(entry)
    }
  }

  #collect(): void {
    if (this.#changes.size > 0 && !this.#busy && this.#isWritable) this.#soon.start(this.#host.isHidden())
  }

  get #isWritable(): boolean {
    return this.#status === 'open' || this.#status === 'removing'
  }

  /** `most`: of so many changes. Beside a write under way only for {@link flush}. */
  #write(most = BATCH): void {
    this.#soon.stop()
    if (!this.#isWritable) return
    const before = this.#busy
    const isRemoving = this.#status === 'removing'
    const batch = this.#takeBatch(most)
    if (batch.put.length + batch.remove.length === 0) return
    const busy = patiently(this.#clock, () => this.#storage.write(batch))
      .catch((cause: unknown) => this.#onWriteFailed(isRemoving, batch, cause))
      .then(() => before)
      .then(() => {
        if (this.#busy === busy) this.#rest()
      })
    this.#busy = busy
  }

  #takeBatch(most: number): StoredChanges {
    const put: StoredMessage[] = []
    const remove: number[] = []
    for (const [order, entry] of this.#changes) {
      if (put.length + remove.length === most) break
      this.#changes.delete(order)
      if (entry === undefined) remove.push(order)
      else if (this.#status === 'open') {
        put.push(storedMessage(entry))
        this.#written = Math.max(this.#written, order)
      } else this.#refuse(order)
    }
    this.#isBehind = this.#changes.size > 0
    return { put, remove }
  }

  /** `wasRemoving`: when this write began; another may have failed since. */
  async #onWriteFailed(wasRemoving: boolean, { put, remove }: StoredChanges, cause: unknown): Promise<void> {
    for (const { order } of put) this.#refuse(order)
    if (this.#status === 'failed') return
    if (wasRemoving) {
      this.#fail('Nothing can be removed from it.', cause)
      return this.#release()
    }
    if (this.#status === 'open') this.#report('It takes no more: the outbox goes on in memory.', cause)
    this.#status = 'removing'
    // What it has must not be sent again by another life.
    for (const order of remove) this.#changes.set(order, undefined)
  }

  #rest(): void {
    this.#busy = undefined
    if (this.#isBehind) this.#write()
    else this.#collect()
  }

  /** An older one may be there in its place, or it may come late. Another life must not send what is told as over. */
  #refuse(order: number): void {
    this.#refused.add(order)
    if (this.#leftover === null) this.#changes.set(order, undefined)
  }

  #fail(problem: string, cause: unknown): void {
    this.#status = 'failed'
    for (const [order, entry] of this.#changes) if (entry) this.#refused.add(order)
    this.#changes.clear()
    this.#report(problem, cause)
  }

  #release(): Promise<void> {
    return patiently(this.#clock, () => this.#storage.close()).catch((cause: unknown) =>
      this.#report('It could not be closed.', cause),
    )
  }

  #report(problem: string, cause: unknown): void {
    this.#host.onError(new HoldfastError('STORAGE', `queue.storage: ${problem}`, { cause }))
  }
}

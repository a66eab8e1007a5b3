import type { Codec } from '../codec.ts'
import type { DropReason, Entry } from '../entry.ts'
import type { Clock } from '../environment.ts'
import { HoldfastError } from '../errors.ts'
import type { Outbox } from '../outbox.ts'
import { patiently } from './patience.ts'
import { Persister } from './persister.ts'
import { restoredEntry } from './stored-entry.ts'
import type { Store, StoredMessage } from './stored-message.ts'

export interface KeepHost {
  readonly onRestored: (entries: readonly Entry[]) => void
  /** What another life had left is queued, or there is nothing: what is queued may be written now. */
  readonly onReady: () => void
  /** The user has closed the connection. */
  readonly hasEnded: () => boolean
  /** Messages have left the queue. */
  readonly onRemoved: () => void
  /** What a life that is over had left is dropped: no number changes after that. */
  readonly onReleased: () => void
  readonly onError: (error: HoldfastError) => void
  /** Holds calls to listeners back until the work is done. */
  readonly during: (work: () => void) => void
}

/** What it does alone: a class with private members would make storages of two copies of this package two types. */
export type Keeping = Pick<Keep, keyof Keep>

/** What it needs of the queue. */
export type KeptOutbox = Pick<Outbox, 'restore' | 'drop' | 'length'>

/** What had not left when the user closed the connection. */
export interface Rest {
  readonly undelivered: readonly Entry[]
  /** They wait for an answer. */
  readonly unconfirmed: readonly Entry[]
  /** They are in the storage. */
  readonly stored?: readonly Entry[] | undefined
}

/** One life's hold on a storage. */
interface Hold {
  /** It is about to let go. */
  isEnding: boolean
  readonly released: Promise<void>
  readonly release: () => void
}

/** Of each storage the newest. */
const holds = new WeakMap<Store, Hold>()
/** How long one is waited for that is not about to let go, in ms: a view may be the next moment. */
const GRACE = 1_000

/** The queue's copy in a storage: one life after the other, each with what the one before has left. */
export class Keep {
  readonly #storage: Store
  readonly #codec: Codec<unknown, never>
  readonly #outbox: KeptOutbox
  readonly #clock: Clock
  readonly #host: KeepHost
  #persister: Persister
  /** What is stored, or on the wire, stays in the storage at the end that is under way, or was the last. */
  isKept = false
  /** Of these, unless it refuses them. */
  #kept = new Set<Entry>()
  /** From the first dial of a life on. */
  #hold: Hold | undefined
  /** `clear()` came before it was known what the storage has. */
  #clearsRestored = false
  #isHidden = false

  constructor(
    storage: Store,
    codec: Codec<unknown, never>,
    outbox: KeptOutbox,
    clock: Clock,
    host: KeepHost,
  ) {
    this.#storage = storage
    this.#codec = codec
    this.#outbox = outbox
    this.#clock = clock
    this.#host = host
    this.#persister = this.#begin()
  }

  /** Whether messages of another life may still come, which go before all others. */
  get isRestoring(): boolean {
    return this.#persister.isRestoring
  }

  /** Whether any of them will stay. */
  get mayGrow(): boolean {
    return this.isRestoring && !this.#clearsRestored
  }

  /** A connection is made: what the storage has is wanted now. */
  open(): void {
    if (this.#hold) {
      // It goes on after all.
      this.#hold.isEnding = false
      return
    }
    const before = holds.get(this.#storage)
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#hold = { isEnding: false, released, release }
    holds.set(this.#storage, this.#hold)
    this.#persister.open(before && this.#after(before))
  }

  put(entry: Entry): void {
    this.#persister.put(entry)
  }

  remove(entry: Entry): void {
    this.#persister.remove(entry)
  }

  /** The page is hidden: what is to be stored does not wait for a timer. */
  hide(isHidden: boolean): void {
    this.#isHidden = isHidden
    if (isHidden) this.#persister.flush()
  }

  /** Drops what the storage is about to hand out, too. */
  clear(): void {
    this.#clearsRestored = this.isRestoring
  }

  /**
   * The end of this life begins, or is under way. `isKept`: it leaves what is stored to the next one, unless another call
   * says otherwise.
   */
  end(isKept = false): void {
    if (this.#host.hasEnded() || this.#hold?.isEnding) {
      this.isKept &&= isKept
      return
    }
    this.isKept = isKept
    // Before the first dial, too.
    if (isKept && this.#outbox.length > 0) this.open()
    if (this.#hold) this.#hold.isEnding = true
  }

  /** The queue has dropped one. Returns why: it may stay here. A request ends with its connection. */
  drop(entry: Entry, why: DropReason): DropReason {
    if (why !== 'closed' || !this.isKept || entry.fate?.retries || !this.#persister.has(entry)) {
      this.remove(entry)
      return why
    }
    this.#kept.add(entry)
    return 'stored'
  }

  /** Brings the storage up to date and lets it go; resolves with what is so then of the rest that has been dropped. */
  async release({ undelivered, unconfirmed }: Rest): Promise<Rest> {
    const [persister, kept, isKept, hold] = [this.#persister, this.#kept, this.isKept, this.#hold]
    const reason = this.#clearsRestored ? 'cleared' : 'closed'
    const closed = persister.close(isKept && reason === 'closed')
    // The next life may begin before this one has let go.
    this.#persister = this.#begin()
    this.#kept = new Set()
    this.#clearsRestored = false
    this.#hold = undefined
    const found = await closed
      .then((messages) => this.#dropStored(messages, reason))
      .catch((cause: unknown) => {
        this.#host.onError(new HoldfastError('STORAGE', 'queue.storage: Nobody can read it.', { cause }))
        return []
      })
    hold?.release()
    const isOver = (entry: Entry): boolean => !kept.has(entry) || !persister.has(entry)
    return {
      // What another life had left comes first; what the user has cleared is not reported.
      undelivered: [...(reason === 'closed' ? found : []), ...undelivered.filter(isOver)],
      unconfirmed: unconfirmed.filter(isOver),
      stored: isKept ? [...kept].filter((entry) => !isOver(entry)) : undefined,
    }
  }

  /** Once another life has let go of the storage, or will not. */
  async #after(before: Hold): Promise<void> {
    await patiently(this.#clock, () => before.released, GRACE).catch(() => undefined)
    if (before.isEnding) await before.released
  }

  #begin(): Persister {
    const { during, onError } = this.#host
    // Of a life that is over nothing is handed out here: its storage may fail, or answer, long after the next has begun.
    const onRestored = (messages: readonly StoredMessage[]): void =>
      during(() => persister === this.#persister && this.#onRestored(messages))
    const persister: Persister = new Persister(this.#storage, this.#clock, {
      onRestored,
      onError,
      isHidden: () => this.#isHidden,
    })
    return persister
  }

  #onRestored(messages: readonly StoredMessage[]): void {
    const entries = this.#restore(messages)
    if (this.#clearsRestored) this.#drop(entries, 'cleared')
    this.#clearsRestored = false
    this.#host.onRemoved()
    this.#host.onReady()
  }

  #restore(messages: readonly StoredMessage[]): readonly Entry[] {
    const entries = messages.map((stored) => restoredEntry(stored, this.#codec))
    if (entries.length === 0) return entries
    // First this: of what is restored some may be outdated, or the queue full, and be told as dropped.
    this.#host.onRestored(entries)
    this.#outbox.restore(entries)
    return entries
  }

  /** Drops what the storage of a life that is over had, and has removed. */
  #dropStored(messages: readonly StoredMessage[], reason: DropReason): readonly Entry[] {
    let entries: readonly Entry[] = []
    this.#host.during(() => {
      // Some may be outdated, and are told as dropped already.
      entries = this.#restore(messages).filter(({ status }) => status === 'queued')
      // The storage of the next life must not be told to remove them.
      for (const entry of entries) entry.storedAs = 0
      this.#drop(entries, reason)
      this.#host.onRemoved()
      this.#host.onReleased()
    })
    return entries
  }

  #drop(entries: readonly Entry[], reason: DropReason): void {
    for (const entry of entries) this.#outbox.drop(entry, reason)
  }
}

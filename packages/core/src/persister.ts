import type { Codec } from './codec.ts'
import { Entry } from './entry.ts'
import type { Clock } from './environment.ts'
import { HoldfastError } from './errors.ts'
import type { OutboxStorage, StoredMessage } from './storage.ts'
import { Timers } from './timers.ts'

/** How long changes are collected, in ms: most messages of an open connection are gone again by then. */
const COLLECT = 10
/** How long the storage may take for one call, in ms: a database that hangs must not hold the queue up. */
const PATIENCE = 5_000

export interface PersisterHost {
  /** What another life has left, once it is known; or, later on, what another owner has. */
  readonly onRestored: (messages: readonly StoredMessage[]) => void
  readonly onError: (error: HoldfastError) => void
}

/** Keeps a storage in step with the outbox: in batches, one call at a time. */
export class Persister {
  readonly #storage: OutboxStorage
  readonly #clock: Clock
  readonly #host: PersisterHost
  readonly #timers: Timers<'collect' | 'call'>
  /** Since the last write: a message to put, or undefined for one to remove. */
  #changes = new Map<number, Entry | undefined>()
  /** `'removing'`: it takes no more, and what it has is still removed. */
  #status: 'closed' | 'opening' | 'open' | 'removing' | 'failed' = 'closed'
  /** The call that is under way; settles, and never rejects. */
  #busy: Promise<void> | undefined
  #onPatienceLost: (() => void) | undefined
  #last = 0

  constructor(storage: OutboxStorage, clock: Clock, host: PersisterHost) {
    this.#storage = storage
    this.#clock = clock
    this.#host = host
    this.#timers = new Timers(clock, (name) => {
      if (name === 'collect') this.#write()
      else this.#onPatienceLost?.()
    })
  }

  /** Whether messages of another life may still come, which go before all others. */
  get isRestoring(): boolean {
    return this.#status === 'opening'
  }

  open(): void {
    if (this.#status !== 'closed') return
    this.#status = 'opening'
    // Behind a close() that is under way.
    const before = this.#busy ?? Promise.resolve()
    this.#busy = before.then(() => this.#open())
  }

  put(entry: Entry): void {
    if (this.#status === 'removing' || this.#status === 'failed') return
    // By the clock: behind what a former life has stored, which may not be known yet.
    this.#last = Math.max(this.#last + 1, Math.floor(this.#clock.now() * 1_000))
    entry.storedAs = this.#last
    this.#changes.set(entry.storedAs, entry)
    this.#collect()
  }

  remove(entry: Entry): void {
    if (entry.storedAs === 0 || this.#status === 'failed') return
    // One that was never written is forgotten; most are.
    if (this.#changes.get(entry.storedAs)) this.#changes.delete(entry.storedAs)
    else this.#changes.set(entry.storedAs, undefined)
    this.#collect()
  }

  /** Resolves once it is known what another life has left. */
  async restored(): Promise<void> {
    while (this.isRestoring) await this.#busy
  }

  /** Writes what is left, then lets go of the storage. */
  async close(): Promise<void> {
    while (this.#busy) await this.#busy
    this.#write()
    while (this.#busy) await this.#busy
    if (this.#status === 'closed') return
    if (this.#status !== 'failed') this.#busy = this.#release()
    this.#status = 'closed'
    this.#timers.stop('collect')
    this.#changes.clear()
    await this.#busy
  }

  async #open(): Promise<void> {
    try {
      const messages = await this.#call(() => this.#storage.open((adopted) => this.#adopt(adopted)))
      this.#status = 'open'
      for (const { order } of messages) this.#last = Math.max(this.#last, order)
      this.#host.onRestored(messages)
    } catch (cause) {
      this.#fail('It could not be opened: the outbox is in memory.', cause)
      this.#host.onRestored([])
    }
    this.#rest()
  }

  #adopt(messages: readonly StoredMessage[]): void {
    if (this.#status === 'open') this.#host.onRestored(messages)
  }

  #collect(): void {
    if (this.#changes.size === 0 || this.#busy) return
    if (this.#status === 'open' || this.#status === 'removing') this.#timers.start('collect', COLLECT)
  }

  #write(): void {
    if (this.#changes.size === 0 || this.#busy || this.#status === 'failed') return
    const put: StoredMessage[] = []
    const remove: number[] = []
    for (const [order, entry] of this.#changes) {
      if (entry === undefined) remove.push(order)
      else if (this.#status === 'open') put.push(storedMessage(entry))
    }
    this.#changes = new Map()
    this.#busy = this.#call(() => this.#storage.write({ put, remove }))
      .catch((cause: unknown) => this.#onWriteFailed(remove, cause))
      .then(() => this.#rest())
  }

  #onWriteFailed(remove: readonly number[], cause: unknown): void {
    if (this.#status !== 'open') return this.#fail('Nothing can be removed from it.', cause)
    this.#status = 'removing'
    this.#report('It takes no more: the outbox goes on in memory.', cause)
    // What it has must not be sent again by another life.
    for (const order of remove) this.#changes.set(order, undefined)
  }

  #rest(): void {
    this.#busy = undefined
    this.#collect()
  }

  #fail(problem: string, cause: unknown): void {
    this.#status = 'failed'
    this.#changes.clear()
    this.#report(problem, cause)
    void this.#release()
  }

  async #release(): Promise<void> {
    await this.#call(() => this.#storage.close()).catch((cause: unknown) =>
      this.#report('It could not be closed.', cause),
    )
    this.#busy = undefined
  }

  #report(problem: string, cause: unknown): void {
    this.#host.onError(new HoldfastError('STORAGE', `queue.storage: ${problem}`, { cause }))
  }

  /** A call of the storage: what throws, or takes too long, rejects. */
  #call<T>(call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#onPatienceLost = () => reject(new Error(`No answer within ${PATIENCE} ms.`))
      this.#timers.start('call', PATIENCE)
      const settle = (): void => this.#timers.stop('call')
      Promise.resolve().then(call).finally(settle).then(resolve, reject)
    })
  }
}

function storedMessage({ storedAs, data, key, id, expiresAt }: Entry): StoredMessage {
  return {
    order: storedAs,
    data,
    ...(key === undefined ? {} : { key }),
    ...(id === undefined ? {} : { id }),
    ...(expiresAt === Infinity ? {} : { expiresAt }),
  }
}

/** A message of another life. What the user gave is not kept: it is told as the codec reads it. */
export function restoredEntry(
  { order, data, ...details }: StoredMessage,
  codec: Codec<unknown, never>,
): Entry {
  const entry = new Entry(readBack(data, codec), data, details)
  entry.storedAs = order
  return entry
}

function readBack(data: Entry['data'], codec: Codec<unknown, never>): unknown {
  try {
    // What is written as bytes is read as a buffer.
    const message = codec.decode(data instanceof Uint8Array ? data.buffer : data)
    if (!(message instanceof Promise)) return message
    message.catch(() => undefined)
    return data
  } catch {
    return data
  }
}

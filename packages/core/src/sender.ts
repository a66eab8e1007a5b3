import type { Codec } from './codec.ts'
import { Composer, type SendOptions } from './composer.ts'
import { type DeliverOptions, type Receipt, receipt } from './delivery.ts'
import type { DropReason, Entry, Fate } from './entry.ts'
import type { Clock } from './environment.ts'
import { HoldfastError } from './errors.ts'
import { Expiry } from './expiry.ts'
import { Flow } from './flow.ts'
import { InFlight } from './in-flight.ts'
import { type Loss, newest, sortOut } from './loss.ts'
import type { Settings } from './options.ts'
import { Outbox } from './outbox.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import { Persister } from './persister.ts'
import type { Socket } from './socket.ts'
import type { OutboxStorage, StoredMessage } from './storage.ts'
import { restoredEntry } from './stored-entry.ts'

export interface SenderListeners {
  /** Throws where nothing may be sent. */
  readonly check: () => void
  readonly onDrop: (entry: Entry, reason: DropReason) => void
  readonly onRecovered: (entries: readonly Entry[]) => void
  /** `kept`: the newest of them, of which the messages are told. */
  readonly onUnconfirmed: (entries: readonly Entry[], kept: readonly Entry[]) => void
  readonly onRestored: (entries: readonly Entry[]) => void
  /** Nothing waits any more, to be written or to be acknowledged. */
  readonly onEmpty: () => void
  /** Counters have changed. */
  readonly onChange: () => void
  readonly onError: (error: HoldfastError) => void
  readonly onLate: (by: number) => void
  /** Holds calls to listeners back until the work is done. */
  readonly during: (work: () => void) => void
}

const UNLIMITED = { maxMessages: Infinity, maxBytes: Infinity, overflow: 'throw' } as const

/** The outgoing half of a connection: queues, writes while there is a socket, keeps what may be lost. */
export class Sender<Outgoing> {
  readonly #codec: Codec<unknown, Outgoing>
  readonly #queue: Settings['queue']
  readonly #clock: Clock
  readonly #listeners: SenderListeners
  readonly #composer: Composer<Outgoing>
  readonly #outbox: Outbox
  readonly #flow: Flow
  readonly #inFlight: InFlight
  readonly #expiry: Expiry
  #persister: Persister | undefined
  /** `clear()` came before it was known what a storage has. */
  #clearsRestored = false
  #isHidden = false
  /** Written to as soon as it is known what a storage has. */
  #socket: Socket | undefined

  constructor(
    codec: Codec<unknown, Outgoing>,
    settings: Pick<Settings, 'queue' | 'delivery'>,
    clock: Clock,
    listeners: SenderListeners,
  ) {
    const { queue, delivery } = settings
    this.#codec = codec
    this.#queue = queue
    this.#clock = clock
    this.#listeners = listeners
    this.#inFlight = new InFlight(delivery, listeners.onError)
    this.#composer = new Composer(codec, settings, clock, listeners.check)
    this.#outbox = new Outbox(queue ?? UNLIMITED, (entry, reason) => this.#onDrop(entry, reason))
    this.#flow = new Flow(this.#outbox, clock, {
      highWaterMark: queue?.highWaterMark ?? Infinity,
      keepWritten: queue?.keepWritten ?? 0,
      window: delivery?.window ?? Infinity,
      onEmpty: () => this.#settle(),
      onProgress: () => this.#onChange(),
      onWrite: (entry) => this.#inFlight.add(entry),
      onLeft: (entry) => {
        entry.fate?.written?.()
        this.#persister?.remove(entry)
      },
      onRefused(cause) {
        listeners.onError(new HoldfastError('ENCODE', 'The native socket refused a message.', { cause }))
      },
    })
    this.#persister = queue?.storage && this.#keepIn(queue.storage)
    this.#expiry = new Expiry(clock, (lateBy) => {
      listeners.onLate(lateBy)
      this.#outbox.expire(clock.now())
      this.#onRemoved()
    })
  }

  get length(): number {
    return this.#outbox.length
  }

  get bytes(): number {
    return this.#outbox.bytes
  }

  /** Whether nothing waits: to be written, to leave, to be acknowledged, or to come out of a storage. */
  get isIdle(): boolean {
    const isEmpty = this.length === 0 && this.#outbox.inFlight === 0 && !this.#flow.isAwaited
    const mayGrow = this.#persister?.isRestoring && !this.#clearsRestored
    return isEmpty && !mayGrow
  }

  snapshot(nativeBufferedAmount: number): OutboxSnapshot {
    return this.#outbox.snapshot(nativeBufferedAmount)
  }

  /** @throws HoldfastError what {@link Composer.compose} throws; `OVERFLOW`; `CLOSED` without a queue. */
  send(message: Outgoing, options?: SendOptions, fate?: Fate): Entry {
    const entry = this.#composer.compose(message, options, fate)
    // One that has to be acknowledged counts toward the limits; one that is to be stored must be, until it has left.
    if (entry.id === undefined && !this.#persister && this.#flow.isClear) this.#pass(entry)
    else this.#push(entry)
    this.#listeners.onChange()
    return entry
  }

  /** Rejects with what {@link send} throws, and with `DROPPED`. */
  deliver(message: Outgoing, options: DeliverOptions = {}): Promise<Receipt> {
    return receipt(options, this.#clock, (fate) => {
      const entry = this.send(message, options, fate)
      return (reason) => this.drop(entry, reason)
    })
  }

  /** Sends written messages once more, before all that waits; oldest first. */
  again(entries: readonly Entry[]): void {
    this.#outbox.recover(entries)
    this.#onChange()
  }

  /** Gives a message up that is still queued. */
  drop(entry: Entry, reason: DropReason): void {
    if (entry.status !== 'queued') return
    this.#outbox.drop(entry, reason)
    this.#onRemoved()
  }

  /** Sends what is not the user's: before all that waits, and never counted. */
  control(message: Outgoing, socket: Socket): void {
    this.#flow.control(this.#composer.encode(message), socket)
  }

  /** Reads what the server acknowledges. */
  read(message: unknown): void {
    const entries = this.#inFlight.take(message)
    if (entries.length === 0) return
    for (const entry of entries) {
      this.#outbox.acknowledge(entry)
      this.#persister?.remove(entry)
      entry.fate?.acknowledged?.()
    }
    // There is room on the wire.
    this.#flow.pump()
    this.#onRemoved()
  }

  /** A connection is made: what a storage has is wanted now. */
  prepare(): void {
    this.#persister?.open()
  }

  /** The page is hidden: what is to be stored does not wait for a timer. */
  hide(isHidden: boolean): void {
    this.#isHidden = isHidden
    if (isHidden) this.#persister?.flush()
  }

  /** Writes to this socket from now on. */
  start(socket: Socket): void {
    this.#socket = socket
    if (!this.#persister?.isRestoring) this.#flow.start(socket)
  }

  stop(): void {
    this.#socket = undefined
    this.#flow.stop()
  }

  /** The socket is gone. Returns what may be lost, oldest first. */
  detach(loss: Loss): readonly Outgoing[] {
    this.#socket = undefined
    const remains = this.#flow.detach(loss.buffered)
    const { back, given, tooBig } = sortOut(remains, this.#inFlight.onWire(), loss, this.#queue?.recover)
    if (back.length > 0) {
      this.#listeners.onRecovered(back)
      this.#outbox.recover(back)
    }
    if (tooBig) this.#outbox.drop(tooBig, 'too-large')
    this.#onChange()
    return this.#giveUp(given)
  }

  /** Looks whether more can be written; worth a call whenever the host shows a sign of life. */
  pump(): void {
    this.#flow.pump()
  }

  /** Drops all that waits, and what a storage is about to hand out; returns what is known, oldest first. */
  clear(reason: 'cleared' | 'closed'): readonly Outgoing[] {
    this.#clearsRestored = this.#persister?.isRestoring === true
    const entries = this.#outbox.clear(reason)
    this.#onRemoved()
    return messagesOf(entries)
  }

  /**
   * Where there is a storage: brings it up to date and lets it go. Resolves with what another life had left
   * there, where that was not known before: it is dropped.
   */
  release(): Promise<readonly Outgoing[]> | undefined {
    const { storage } = this.#queue ?? {}
    if (this.#persister === undefined || storage === undefined) return undefined
    const closed = this.#persister.close()
    // For the next life, which may begin before this one has let go.
    this.#persister = this.#keepIn(
      storage,
      closed.then(() => undefined),
    )
    this.#clearsRestored = false
    return closed.then((messages) => messagesOf(this.#dropStored(messages)))
  }

  #keepIn(storage: OutboxStorage, after?: Promise<void>): Persister {
    const { during, onError } = this.#listeners
    const onRestored = (messages: readonly StoredMessage[]): void => during(() => this.#onRestored(messages))
    const host = { onRestored, onError, isHidden: () => this.#isHidden }
    return new Persister(storage, this.#clock, host, after)
  }

  #pass(entry: Entry): void {
    try {
      this.#flow.pass(entry)
    } catch (cause) {
      throw new HoldfastError('ENCODE', 'The native socket refused the message.', { cause })
    }
  }

  #push(entry: Entry): void {
    if (this.#queue === undefined) {
      const text = 'send() while not open, and there is no queue.'
      throw new HoldfastError('CLOSED', text, { reason: 'closed' })
    }
    this.#outbox.push(entry)
    if (entry.status === 'queued') this.#persister?.put(entry)
    this.#expiry.watch(this.#outbox.nextExpiry)
    this.#flow.pump()
  }

  #onRestored(messages: readonly StoredMessage[]): void {
    const entries = this.#restore(messages)
    if (this.#clearsRestored) for (const entry of entries) this.#outbox.drop(entry, 'cleared')
    this.#clearsRestored = false
    this.#onRemoved()
    if (this.#socket) this.#flow.start(this.#socket)
  }

  #restore(messages: readonly StoredMessage[]): readonly Entry[] {
    const entries = messages.map((stored) => restoredEntry(stored, this.#codec))
    if (entries.length === 0) return entries
    this.#outbox.restore(entries)
    this.#listeners.onRestored(entries)
    return entries
  }

  /** Drops what the storage of a life that is over had, and has removed. */
  #dropStored(messages: readonly StoredMessage[]): readonly Entry[] {
    let entries: readonly Entry[] = []
    this.#listeners.during(() => {
      entries = this.#restore(messages)
      for (const entry of entries) {
        // The storage of the next life must not be told to remove it.
        entry.storedAs = 0
        this.#outbox.drop(entry, 'closed')
      }
      this.#onRemoved()
    })
    return entries
  }

  #giveUp(entries: readonly Entry[]): readonly Outgoing[] {
    if (entries.length === 0) return []
    this.#outbox.giveUp(entries)
    for (const entry of entries) {
      this.#inFlight.remove(entry)
      this.#persister?.remove(entry)
      // For whoever waits for it to leave, or to be acknowledged; what has left was told before.
      if (entry.fate?.written) entry.fate.failed('closed')
    }
    const kept = newest(entries, this.#queue?.keepWritten ?? 0)
    this.#listeners.onUnconfirmed(entries, kept)
    this.#listeners.onChange()
    return messagesOf(kept)
  }

  #onDrop(entry: Entry, reason: DropReason): void {
    this.#inFlight.remove(entry)
    this.#persister?.remove(entry)
    this.#listeners.onDrop(entry, reason)
    entry.fate?.failed(reason)
  }

  #onRemoved(): void {
    this.#onChange()
    this.#settle()
  }

  #onChange(): void {
    this.#expiry.watch(this.#outbox.nextExpiry)
    this.#listeners.onChange()
  }

  #settle(): void {
    if (this.isIdle) this.#listeners.onEmpty()
  }
}

// What is queued came in by send(), or is its copy.
function messagesOf<Outgoing>(entries: readonly Entry[]): readonly Outgoing[] {
  return entries.map(({ message }) => message as Outgoing)
}

import { UNLIMITED } from './capacity.ts'
import type { Codec } from './codec.ts'
import { Composer, type SendOptions } from './composer.ts'
import { type DeliverOptions, type Receipt, receipt } from './delivery.ts'
import { type DropReason, type Entry, type Fate, messagesOf } from './entry.ts'
import type { Clock } from './environment.ts'
import { HoldfastError } from './errors.ts'
import { Expiry } from './expiry.ts'
import { Flow } from './flow.ts'
import { InFlight } from './in-flight.ts'
import type { Loss } from './loss.ts'
import type { Settings } from './options.ts'
import { Outbox } from './outbox.ts'
import { Recovery } from './recovery.ts'
import type { SenderListeners } from './sender-listeners.ts'
import type { Socket } from './socket.ts'
import type { Keeping } from './storage/keep.ts'

/** The outgoing half of a connection: queues, writes while there is a socket, keeps what may be lost. */
export class Sender<Outgoing> {
  /** What waits, and the books. */
  readonly outbox: Outbox
  /** What is written, and how much of it is proven. */
  readonly flow: Flow
  /** Where there is a storage. */
  readonly keep: Keeping | undefined
  readonly #queue: Settings['queue']
  readonly #clock: Clock
  readonly #listeners: SenderListeners
  readonly #composer: Composer<Outgoing>
  readonly #inFlight: InFlight
  readonly #expiry: Expiry
  readonly #recovery: Recovery
  /** Written to as soon as it is known what a storage has. */
  #socket: Socket | undefined

  constructor(
    codec: Codec<unknown, Outgoing>,
    settings: Pick<Settings, 'queue' | 'delivery'>,
    clock: Clock,
    listeners: SenderListeners,
  ) {
    const { queue, delivery } = settings
    this.#queue = queue
    this.#clock = clock
    this.#listeners = listeners
    this.#inFlight = new InFlight(delivery, listeners.onError)
    this.#composer = new Composer(codec, settings, clock, listeners.hasEnded)
    this.outbox = new Outbox(queue ?? UNLIMITED, (entry, reason) => this.#onDrop(entry, reason))
    this.flow = new Flow(this.outbox, clock, {
      highWaterMark: queue?.highWaterMark ?? Infinity,
      keepWritten: queue?.keepWritten ?? 0,
      window: delivery?.window ?? Infinity,
      onEmpty: () => this.#settle(),
      onProgress: () => this.#onChange(),
      onWrite: (entry) => this.#inFlight.add(entry),
      onLeft: (entry) => {
        entry.fate?.written?.()
        this.keep?.remove(entry)
      },
      onError: listeners.onError,
    })
    this.keep = queue?.storage?.keep(codec, this.outbox, clock, {
      ...listeners,
      onRemoved: () => this.#onRemoved(),
      onReady: () => {
        if (this.#socket) this.flow.start(this.#socket)
      },
    })
    this.#recovery = new Recovery(this, queue, this.#inFlight, listeners)
    this.#expiry = new Expiry(clock, (lateBy) => {
      listeners.onLate(lateBy)
      this.outbox.expire(clock.now())
      this.#onRemoved()
    })
  }

  /** Whether nothing waits: to be written, to leave, to be acknowledged, or to come out of a storage. */
  get isIdle(): boolean {
    const isEmpty = this.outbox.length === 0 && this.outbox.inFlight === 0 && !this.flow.isAwaited
    return isEmpty && !this.keep?.mayGrow
  }

  /**
   * Writes a text now, if it has nothing to wait for and needs nothing to be made of it: {@link send} does the rest.
   *
   * @throws HoldfastError `ENCODE`
   */
  pass(message: Outgoing, options: SendOptions | undefined): boolean {
    return this.#composer.isPlain(message, options) && this.flow.pass(message)
  }

  /**
   * Takes a message; what becomes of it is told to its fate.
   *
   * @throws HoldfastError what {@link Composer.compose} throws; `OVERFLOW`; `CLOSED` without a queue.
   */
  send(message: Outgoing, options: SendOptions | undefined, fate?: Fate): Entry {
    const entry = this.#composer.compose(message, options, fate)
    this.#take(entry)
    return entry
  }

  /** As {@link send}; returns what gives the message up while it is queued. */
  follow(message: Outgoing, options: SendOptions, fate: Fate): (reason: DropReason) => void {
    const entry = this.send(message, options, fate)
    return (reason) => this.drop(entry, reason)
  }

  /** Rejects with what {@link send} throws, and with `DROPPED`. */
  deliver(message: Outgoing, options: DeliverOptions = {}): Promise<Receipt> {
    return receipt(options, this.#clock, (fate) => this.follow(message, options, fate))
  }

  /** Gives a message up that is still queued. */
  drop(entry: Entry, reason: DropReason): void {
    if (entry.status !== 'queued') return
    this.outbox.drop(entry, reason)
    this.#onRemoved()
  }

  /** An answer to it has come: it need not go out any more, and it is in no doubt. */
  answered(entry: Entry): void {
    this.drop(entry, 'cleared')
    // Where the server acknowledges it too, that is waited for.
    if (entry.status !== 'written' || entry.id !== undefined) return
    entry.status = 'over'
    this.keep?.remove(entry)
  }

  /** Sends what is not the user's: before all that waits, and never counted. */
  control(message: Outgoing, socket: Socket): void {
    this.flow.control(this.#composer.encode(message), socket)
  }

  /** Reads what the server acknowledges; returns whether the message is about that. */
  read(message: unknown): boolean {
    const entries = this.#inFlight.take(message)
    if (!entries?.length) return entries !== undefined
    for (const entry of entries) {
      this.outbox.acknowledge(entry)
      this.keep?.remove(entry)
      entry.fate?.acknowledged?.()
    }
    // There is room on the wire.
    this.flow.pump()
    this.#onRemoved()
    return true
  }

  /** Writes to this socket from now on. */
  start(socket: Socket): void {
    this.#socket = socket
    if (!this.keep?.isRestoring) this.flow.start(socket)
  }

  stop(): void {
    this.#socket = undefined
    this.flow.stop()
  }

  /** The socket is gone. Returns what may be lost, oldest first. */
  detach(loss: Loss): readonly Outgoing[] {
    this.#socket = undefined
    const unconfirmed = this.#recovery.recover(this.flow.detach(loss), loss)
    this.#onChange()
    return messagesOf(unconfirmed)
  }

  /** Drops all that waits; what a storage is about to hand out is cleared too, or left to its release. */
  clear(reason: 'cleared' | 'closed'): readonly Entry[] {
    if (reason === 'cleared') this.keep?.clear()
    const entries = this.outbox.clear(reason)
    if (entries.length > 0) this.#onRemoved()
    return entries
  }

  #take(entry: Entry): void {
    // One that has to be acknowledged counts toward the limits; one that is to be stored must be, until it has left.
    const mayPass = !this.keep && entry.id === undefined
    if (!mayPass || !this.flow.pass(entry)) this.#push(entry)
    this.#onChange()
  }

  #push(entry: Entry): void {
    if (this.#queue === undefined) {
      this.#socket?.expectEnd()
      const text = 'Not open, and no queue.'
      throw new HoldfastError('CLOSED', text, { reason: 'closed' })
    }
    this.outbox.push(entry)
    if (entry.status === 'queued') this.keep?.put(entry)
    this.flow.pump()
  }

  #onDrop(entry: Entry, why: DropReason): void {
    const reason = this.keep?.drop(entry, why) ?? why
    this.#inFlight.remove(entry)
    this.#listeners.onDrop(entry, reason)
    if (reason !== 'moved') entry.fate?.failed(reason)
  }

  #onRemoved(): void {
    this.flow.look()
    this.#onChange()
    this.#settle()
  }

  #onChange(): void {
    this.#expiry.watch(this.outbox.nextExpiry)
    this.#listeners.onChange()
  }

  #settle(): void {
    if (this.isIdle) this.#listeners.onEmpty()
  }
}

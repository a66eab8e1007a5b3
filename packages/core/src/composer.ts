import { byteLength, isLongerThan, type OwnedData, own } from './bytes.ts'
import { checkObject, duration } from './checks.ts'
import { type Codec, isRaw } from './codec.ts'
import type { DeliveryOptions } from './delivery.ts'
import { Entry, type EntryDetails, type Fate } from './entry.ts'
import type { Clock } from './environment.ts'
import { failed, HoldfastError, isHoldfastError, misconfigured } from './errors.ts'
import type { Settings } from './options.ts'

export interface SendOptions {
  /** How long the message may wait, in ms. @defaultValue the queue's `ttl` */
  readonly ttl?: number | undefined
  /** Replaces a queued message of the same key, in its place: where only the newest of them matters. */
  readonly key?: string | undefined
}

/** Makes of a message what can be queued: encoded, copied, with its id and its time. */
export class Composer<Outgoing> {
  readonly #codec: Codec<unknown, Outgoing>
  readonly #maxBytes: number
  readonly #delivery: DeliveryOptions | undefined
  /** Of the queue, in ms. */
  readonly #ttl: number
  readonly #clock: Clock
  readonly #hasEnded: () => boolean
  /** Up to this length, in UTF-16 units, nothing is to be made of a text; -1: of each. */
  readonly #plainLength: number

  constructor(
    codec: Codec<unknown, Outgoing>,
    { queue, delivery }: Pick<Settings, 'queue' | 'delivery'>,
    clock: Clock,
    hasEnded: () => boolean,
  ) {
    this.#codec = codec
    this.#maxBytes = queue?.maxBytes ?? Infinity
    this.#delivery = delivery
    this.#ttl = queue?.ttl ?? Infinity
    this.#clock = clock
    this.#hasEnded = hasEnded
    const isPlain = isRaw(codec) && !delivery && !queue?.storage && this.#ttl === Infinity
    // A UTF-16 unit takes at most 3 bytes.
    this.#plainLength = isPlain ? this.#maxBytes / 3 : -1
  }

  /** Whether {@link compose} would make nothing of a message but what it is: a text of which no more is to be said. */
  isPlain(message: Outgoing, options: SendOptions | undefined): message is Outgoing & string {
    return typeof message === 'string' && options === undefined && message.length <= this.#plainLength
  }

  /** @throws HoldfastError `CLOSED`, `ENCODE`, `OVERFLOW`, `CONFIGURATION` (bad `ttl` or `key`), `HANDLER` (no id). */
  compose(message: Outgoing, options?: SendOptions, fate?: Fate): Entry {
    this.#check()
    const id = this.#idOf(message)
    const encoded = this.#encode(message)
    // Once more: codec and ids are the user's code, and may have closed.
    this.#check()
    const data = this.#own(encoded)
    checkSize(data, this.#maxBytes)
    // What the caller can change is reported, too, as it was when it was sent.
    const told = encoded === message ? data : message
    // Most messages have none of these: they cost nothing then.
    const isPlain = options === undefined && id === undefined && fate === undefined && this.#ttl === Infinity
    return new Entry(told, data, isPlain ? undefined : this.#details(options, id, fate))
  }

  /** What goes over the wire for a message. */
  encode(message: Outgoing): OwnedData {
    return this.#own(this.#encode(message))
  }

  #check(): void {
    if (!this.#hasEnded()) return
    throw new HoldfastError('CLOSED', 'Nothing is sent after close().', { reason: 'closed' })
  }

  #details(options: SendOptions | undefined, id: Entry['id'], fate: Fate | undefined): EntryDetails {
    if (options !== undefined) checkObject('The options of send()', options)
    const { key, ttl } = options ?? {}
    if (key !== undefined && typeof key !== 'string') throw misconfigured('key', 'a string', key)
    return { key, id, fate, expiresAt: this.#clock.now() + duration('ttl', ttl, this.#ttl) }
  }

  #idOf(message: Outgoing): Entry['id'] {
    if (this.#delivery === undefined) return undefined
    let id: unknown
    try {
      id = this.#delivery.id(message)
    } catch (cause) {
      throw failed('delivery.id', cause)
    }
    if (id === undefined || typeof id === 'string' || typeof id === 'number') return id
    throw misconfigured('What delivery.id returns', 'a string, a number or undefined', id)
  }

  #encode(message: Outgoing): unknown {
    try {
      return this.#codec.encode(message)
    } catch (cause) {
      if (isHoldfastError(cause)) throw cause
      throw new HoldfastError('ENCODE', 'The codec could not encode a message.', { cause })
    }
  }

  #own(encoded: unknown): OwnedData {
    try {
      return own(encoded)
    } catch (cause) {
      if (isHoldfastError(cause)) throw cause
      // A detached buffer.
      throw new HoldfastError('ENCODE', 'The message is detached.', { cause })
    }
  }
}

/** A message that could never be queued, whatever the policy. */
function checkSize(data: OwnedData, maxBytes: number): void {
  if (!isLongerThan(data, maxBytes)) return
  const text = `${byteLength(data)} bytes are over maxBytes (${maxBytes}).`
  throw new HoldfastError('OVERFLOW', text, { reason: 'overflow' })
}

import { byteLength, type OwnedData } from './bytes.ts'
import type { SendOptions } from './composer.ts'
import type { Shell } from './connection.ts'
import type { DeliveryId } from './delivery.ts'
import type { GivenUp } from './errors.ts'

/** Told what becomes of one message. */
export interface Fate {
  /** Whether whoever follows it sends it again after a loss: nothing about it is in doubt then. */
  retries?(): boolean
  /** It has left the native buffer. */
  written?(): void
  acknowledged?(): void
  /** It was given up, or waits no longer for an answer. */
  failed(reason: GivenUp): void
  /** It goes over another connection instead. @throws What `send()` throws. */
  move(to: Destination, message: unknown, options: SendOptions): void
}

/** Another connection, to which what is queued goes over. */
export type Destination = Pick<Shell<unknown, unknown>, 'sender' | 'exchange'>

/** Why an accepted message was given up. */
export type DropReason =
  /** The queue was full. */
  | 'overflow'
  /** It has waited for its `ttl`. */
  | 'expired'
  /** A newer message with its `key` has its place. */
  | 'replaced'
  /** Its `signal` was aborted. */
  | 'aborted'
  /** Its `timeout` is over. */
  | 'timeout'
  /** The server closed with 1009, and it was the largest that was not acknowledged. */
  | 'too-large'
  /** Its `Blob` could not be read any more when it came back: the file behind it was changed or deleted. */
  | 'unreadable'
  /** `clear()` was called. */
  | 'cleared'
  /** The connection was closed, or ended before there was an answer. */
  | 'closed'
  /** Another connection has taken it over: a view with `handover: 'move'` has a new URL or key. */
  | 'moved'
  /** The connection was closed with `keepStored`: it is in the storage, for the next one. */
  | 'stored'

/** What may be said of one message, beside its data. */
export interface EntryDetails {
  readonly expiresAt?: number | undefined
  readonly key?: string | undefined
  readonly id?: DeliveryId | undefined
  readonly fate?: Fate | undefined
}

/** A message on its way: queued, then written, then over; or back in the queue. */
export class Entry {
  /** As the user gave it, for the report of what was dropped. */
  readonly message: unknown
  readonly data: OwnedData
  /** Epoch ms; Infinity for a message without `ttl`. */
  readonly expiresAt: number
  readonly key: string | undefined
  readonly id: DeliveryId | undefined
  readonly fate: Fate | undefined
  status: 'queued' | 'written' | 'over' = 'queued'
  /** When it was last written, counted in writes; 0 if never. What comes back is sorted by it. */
  sequence = 0
  /** Its place in the queue's ring. */
  place = 0
  /** Its place in a storage; 0 in none. */
  storedAs = 0
  /** Counted when first asked for: a text that is written at once is never counted. */
  counted = -1

  constructor(message: unknown, data: OwnedData, details: EntryDetails = {}) {
    this.message = message
    this.data = data
    this.expiresAt = details.expiresAt ?? Infinity
    this.key = details.key
    this.id = details.id
    this.fate = details.fate
  }

  /** Payload bytes. */
  get bytes(): number {
    if (this.counted < 0) this.counted = byteLength(this.data)
    return this.counted
  }

  /** Whether somebody has to be told once it has left. */
  get isWatched(): boolean {
    return this.id === undefined && (this.fate?.written !== undefined || this.storedAs !== 0)
  }
}

/** A text of which nothing else is to be said needs no entry to pass the queue. */
export type Composed = Entry | string

/** Of a text that was written without one. */
export function writtenEntryOf(text: string): Entry {
  const entry = new Entry(text, text)
  entry.status = 'written'
  return entry
}

/** Whether nobody would send it again, and nobody knows whether it has arrived. */
export function isInDoubt({ status, id, fate }: Entry): boolean {
  return status === 'written' && id === undefined && !fate?.retries?.()
}

/** One that was on the wire, and waits for its acknowledgement. */
export function mayHaveArrived({ id, sequence }: Entry): boolean {
  return id !== undefined && sequence > 0
}

/** As they were given to `send()`, or copies. */
export function messagesOf<Outgoing>(entries: readonly Entry[]): readonly Outgoing[] {
  return entries.map(({ message }) => message as Outgoing)
}

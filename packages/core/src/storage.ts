import type { OwnedData } from './bytes.ts'
import type { DeliveryId } from './delivery.ts'

/** A message as a storage keeps it. */
export interface StoredMessage {
  /**
   * Its place: what is smaller was sent earlier. A whole number, unique among those of one owner; one that is
   * put again replaces the former.
   */
  readonly order: number
  /** What goes over the wire: text, bytes or a Blob, all of which can be cloned (HTML, structured clone). */
  readonly data: OwnedData
  readonly key?: string
  readonly id?: DeliveryId
  /** Epoch ms; absent for a message without `ttl`. */
  readonly expiresAt?: number
}

/** What has changed since the last write. No order is in both. */
export interface StoredChanges {
  readonly put: readonly StoredMessage[]
  /** Orders of messages that are not needed any more; some may be unknown. */
  readonly remove: readonly number[]
}

/**
 * Where an outbox survives its page or process: `indexedDbOutbox()` of `@holdfast/core/storage`, or one of
 * your own.
 *
 * @remarks The contract, which comes as test cases too (`outboxStorageContract`). One connection uses it at a
 * time: `open()`, then `write()` any number of times, one after the other, then `close()`; it may be opened
 * again after that. What a `write()` has resolved for is there at the next `open()`, by whoever opens it,
 * whether or not its owner could still close. A message belongs to one owner at a time: what is handed out is
 * not handed to anybody else while this owner lives.
 *
 * A method that rejects, or does not answer within 5 s, makes the outbox go on in memory, and the error is
 * told as `STORAGE`. What rejects has done nothing: a rejected `open()` holds nothing and is not closed.
 */
export interface OutboxStorage {
  /**
   * Takes over what is stored and nobody owns, in order.
   *
   * @param adopt - May be called at any time until `close()`, with further messages in order: their owner has
   * died. They go before all that waits.
   * @returns Messages under the orders that they have from now on; so with `adopt`. The orders that the outbox
   * puts are above 0 and rise, each above all that `open()` returned: below 0 none can meet them.
   */
  open(adopt: (messages: readonly StoredMessage[]) => void): Promise<readonly StoredMessage[]>
  /** Applies all changes or none. */
  write(changes: StoredChanges): Promise<void>
  /**
   * Lets go of what it holds: locks, handles, timers. What is stored stays. It may come when nothing is open,
   * and amid a call that has not answered in time, which must not take hold of anything afterwards.
   */
  close(): Promise<void>
}

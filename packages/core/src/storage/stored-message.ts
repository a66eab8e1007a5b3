import type { OwnedData } from '../bytes.ts'
import type { DeliveryId } from '../delivery.ts'

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

/** The methods of an `OutboxStorage`, which says what they must do. */
export interface Store {
  open(adopt: (messages: readonly StoredMessage[]) => void): Promise<readonly StoredMessage[]>
  write(changes: StoredChanges): Promise<void>
  close(): Promise<void>
}

/** The numbers of a connection's send queue. `accepted + recovered = written + dropped + queued`, always. */
export interface OutboxSnapshot {
  /** Messages that wait. */
  readonly queued: number
  /** Their payload, in bytes. */
  readonly queuedBytes: number
  /** Messages that were written and wait to be acknowledged; 0 without `delivery`. */
  readonly inFlight: number
  /** Bytes that the native socket holds and has not given to the network (`bufferedAmount`). */
  readonly nativeBufferedAmount: number
  /** Messages that `send()` and `deliver()` took, ever, and those that a storage gave back. */
  readonly accepted: number
  /** Messages handed to a native socket, ever; which proves no arrival. */
  readonly written: number
  /** Returns of a written message to the queue, ever: it never left, or was not acknowledged. */
  readonly recovered: number
  /** Messages given up, ever; each was told as a `dropped` event. */
  readonly dropped: number
  /**
   * Messages of which nothing proves whether they arrived, ever, as `unconfirmed` events `count` them: without the
   * `older` ones there.
   */
  readonly unconfirmed: number
  /** Messages that the server has acknowledged, ever. */
  readonly acknowledged: number
}

/** Where there is no outbox. */
export const EMPTY: OutboxSnapshot = {
  queued: 0,
  queuedBytes: 0,
  inFlight: 0,
  nativeBufferedAmount: 0,
  accepted: 0,
  written: 0,
  recovered: 0,
  dropped: 0,
  unconfirmed: 0,
  acknowledged: 0,
}

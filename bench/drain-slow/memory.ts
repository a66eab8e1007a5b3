/** Bytes. */
export interface Memory {
  /** With everything queued, before the first byte was sent. */
  readonly queued: number
  /** The most while it was sent. */
  readonly peak: number
  readonly end: number
  /** The highest native `bufferedAmount`. */
  readonly buffered: number
}

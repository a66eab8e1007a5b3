import type { Entry } from './entry.ts'
import type { HoldfastError } from './errors.ts'

export interface FlowOptions {
  readonly highWaterMark: number
  /** Bytes of the newest written messages that are kept. */
  readonly keepWritten: number
  /** Most messages in flight. */
  readonly window: number
  /** Called when nothing waits any more, to be written or to leave. */
  readonly onEmpty: () => void
  /** Called when counters have changed. */
  readonly onProgress: () => void
  /** Called before a message with an id is written. */
  readonly onWrite: (entry: Entry) => void
  /** A message that somebody waits for has left the native buffer. */
  readonly onLeft: (entry: Entry) => void
  /** The native class refused to take a message, which waits on. */
  readonly onError: (error: HoldfastError) => void
}

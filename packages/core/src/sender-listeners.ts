import type { DropReason, Entry } from './entry.ts'
import type { HoldfastError } from './errors.ts'

export interface RecoveryListeners {
  /** What was written and is sent again after a loss, since it was not answered. */
  readonly unanswered: () => readonly Entry[]
  readonly onRecovered: (entries: readonly Entry[]) => void
  /** `older`: so many went before these. */
  readonly onUnconfirmed: (entries: readonly Entry[], older: number) => void
  /** Holds calls to listeners back until the work is done. */
  readonly during: (work: () => void) => void
}

export interface SenderListeners extends RecoveryListeners {
  /** Whether nothing may be sent any more. */
  readonly hasEnded: () => boolean
  readonly onDrop: (entry: Entry, reason: DropReason) => void
  readonly onRestored: (entries: readonly Entry[]) => void
  /** Nothing waits any more, to be written or to be acknowledged. */
  readonly onEmpty: () => void
  /** Counters have changed. */
  readonly onChange: () => void
  /** What a life that is over had left in a storage is dropped: no number changes after that. */
  readonly onReleased: () => void
  readonly onError: (error: HoldfastError) => void
  readonly onLate: (by: number) => void
}

import type { Verdict } from './close-codes.ts'
import type { DropReason } from './entry.ts'
import type { HoldfastError } from './errors.ts'
import type { TimerName } from './machine.ts'
import type { CloseInfo, ConnectionState } from './state.ts'

/**
 * All that happens to a connection, for logs, telemetry and devtools. Message content only in `dropped` and
 * `unconfirmed`.
 */
export type ConnectionEvent = {
  /** Epoch ms. */
  readonly at: number
} & (
  | {
      readonly type: 'state'
      readonly state: ConnectionState
      readonly previous: ConnectionState
      /** How long the previous state lasted, in ms. */
      readonly duration: number
    }
  /** An attempt or a connection ended; `delay` in ms until the next, absent where there is none. */
  | { readonly type: 'lost'; readonly close: CloseInfo; readonly verdict: Verdict; readonly delay?: number }
  | {
      readonly type: 'dropped'
      readonly message: unknown
      readonly reason: DropReason
      readonly bytes: number
    }
  /** Messages that a lost socket was given are queued again: they never left, or were not acknowledged. */
  | { readonly type: 'recovered'; readonly count: number; readonly bytes: number }
  /**
   * Messages that a lost socket was given, and of which nothing proves whether they have arrived: a lower
   * bound, since older ones are not remembered. `messages`: the newest, up to `keepWritten` bytes.
   */
  | {
      readonly type: 'unconfirmed'
      readonly messages: readonly unknown[]
      readonly count: number
      readonly bytes: number
    }
  /** Messages of a former life are queued, out of the storage. */
  | { readonly type: 'restored'; readonly count: number; readonly bytes: number }
  /** Messages came that nobody was subscribed to; told at most once a frame. */
  | { readonly type: 'unobserved'; readonly count: number }
  /** A timer came late by so many ms: the host slept, or throttled it. */
  | { readonly type: 'late'; readonly timer: LateTimer; readonly by: number }
  | { readonly type: 'error'; readonly error: HoldfastError }
)

/** Those of the connection, of the queue, of the heartbeat, and one that watches for sleep. */
export type LateTimer = TimerName | 'expiry' | 'heartbeat' | 'watch'

/** Each member of a union without a key: an event before its time is added. */
export type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

import type { Verdict } from './close-codes.ts'
import type { DropReason } from './entry.ts'
import type { HoldfastError } from './errors.ts'
import type { MachineEvent, TimerName } from './machine.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import type { CloseInfo, ConnectionState } from './state.ts'

/** What made a state change: a call, a timer, or what happened to the socket. */
export type TransitionCause = Exclude<MachineEvent['type'], 'timer'> | `${TimerName}-timer`

/**
 * All that happens to a connection, for logs, telemetry and devtools. Message content only in `dropped`,
 * `unconfirmed` and `restored`; the errors here carry no `cause`, which may quote a message: those on
 * `errors$` do.
 */
export type ConnectionEvent = {
  /** Epoch ms. */
  readonly at: number
} & (
  | {
      readonly type: 'state'
      readonly state: ConnectionState
      readonly previous: ConnectionState
      readonly cause: TransitionCause
      /** How long the previous state lasted, in ms. */
      readonly duration: number
      /** What waited, and what had been sent and dropped so far. */
      readonly outbox: OutboxSnapshot
    }
  /** An attempt or a connection ended; `delay` in ms until the next, absent where there is none. */
  | { readonly type: 'lost'; readonly close: CloseInfo; readonly verdict: Verdict; readonly delay?: number }
  /** An accepted message is not sent by this connection: given up, `'moved'` to another one, or `'stored'` for one. */
  | {
      readonly type: 'dropped'
      readonly message: unknown
      readonly reason: DropReason
      readonly bytes: number
    }
  /** Messages that a lost socket was given are queued again: they never left, or were not acknowledged or answered. */
  | { readonly type: 'recovered'; readonly count: number; readonly bytes: number }
  /**
   * Messages that a lost socket was given, and of which nothing proves whether they have arrived. `messages`: the
   * newest, up to `keepWritten` bytes, which may be none; `count` and `bytes` are of these; `older`: how many at the most
   * went before them, since the ping that was answered last, or since the connection was open.
   */
  | {
      readonly type: 'unconfirmed'
      readonly messages: readonly unknown[]
      readonly count: number
      readonly bytes: number
      readonly older: number
    }
  /** Messages of a former life are queued, out of the storage; as the codec reads them back, oldest first. */
  | {
      readonly type: 'restored'
      readonly messages: readonly unknown[]
      readonly count: number
      readonly bytes: number
    }
  /** Messages came that nobody was subscribed to; told at most once a frame. */
  | { readonly type: 'unobserved'; readonly count: number }
  /** A timer came late by so many ms: the host slept, or throttled it. */
  | { readonly type: 'late'; readonly timer: LateTimer; readonly by: number }
  /** How a planned move to another socket goes; where it failed, the old one stays. */
  | {
      readonly type: 'handover'
      readonly step: 'started' | 'done' | 'failed'
      readonly reason: string
      readonly close?: CloseInfo
    }
  /** A channel has sent a message of its own. */
  | { readonly type: 'channel'; readonly action: 'subscribe' | 'resume' | 'unsubscribe' }
  | {
      readonly type: 'request'
      /** What the request came to; the error says why it failed. */
      readonly outcome: 'answered' | 'failed'
      /** From the call to the outcome, in ms. */
      readonly duration: number
      /** How many times it was sent, or queued to be. */
      readonly attempts: number
      readonly error?: HoldfastError
    }
  | { readonly type: 'error'; readonly error: HoldfastError }
)

/** Those of the connection, of the queue, of the heartbeat, and one that watches for sleep. */
export type LateTimer = TimerName | 'expiry' | 'heartbeat' | 'watch'

/** Each member of a union without a key: an event before its time is added. */
export type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never

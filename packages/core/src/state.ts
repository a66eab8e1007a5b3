import type { HoldfastError } from './errors.ts'

/** Why a connection, or an attempt to make one, ended. */
export interface CloseInfo {
  /** The close code as the native socket told it (RFC 6455 §7.4); 1006 where no close frame came. */
  readonly code: number
  readonly reason: string
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean
  /** How far the socket had come; `'open'` also while it signs in, unless that took too long. */
  readonly phase: 'connecting' | 'open'
  /**
   * Set when this side gave the connection up, and why. `'timeout'`: `connectTimeout`, or that of the sign-in.
   * `'heartbeat'`: nobody answered a ping. `'offline'`: nothing came since the network was away or the host slept.
   * `'page'`: the page was frozen or kept for later. `'reconnect'`: a call. `'error'`: see `error`.
   */
  readonly local?: 'timeout' | 'heartbeat' | 'page' | 'offline' | 'reconnect' | 'error'
  readonly error?: HoldfastError
}

interface Counted {
  /**
   * Dials in this outage so far, the current one included: 1 at the first dial. An outage is over, and the
   * count 0 again, once a connection was open for `stableAfter` ms; the state `open` keeps its number.
   */
  readonly attempt: number
}

/** Not connected, and nobody asked for a connection yet. */
export interface IdleState extends Counted {
  readonly status: 'idle'
}

export type ConnectingPhase = 'url' | 'token' | 'handshake' | 'sign-in'

export interface ConnectingState extends Counted {
  readonly status: 'connecting'
  /**
   * `'url'` while URL and protocols are asked for, `'token'` while a token is fetched, `'handshake'` once the
   * native socket is dialling, `'sign-in'` while a first message waits to be accepted.
   */
  readonly phase: ConnectingPhase
}

/** The connection is usable. */
export interface OpenState extends Counted {
  readonly status: 'open'
  /** Epoch ms. */
  readonly since: number
  /** The subprotocol that the server chose, or `''`. */
  readonly protocol: string
  readonly extensions: string
}

/** Between two attempts. */
export interface WaitingState extends Counted {
  readonly status: 'waiting'
  /** The whole delay in ms. */
  readonly delay: number
  /** When the next attempt starts, epoch ms. */
  readonly retryAt: number
  /** What ended the attempt or connection before. */
  readonly cause: CloseInfo
}

/**
 * Between two attempts, while one would be in vain. `'offline'`: the host says so; now and then an attempt is
 * made all the same. `'page'`: the page is frozen, or kept for when its user comes back to it.
 */
export interface SuspendedState extends Counted {
  readonly status: 'suspended'
  readonly by: 'offline' | 'page'
  /** What ended the attempt or connection before. */
  readonly cause: CloseInfo
}

/** `close()` was called: the queue drains, then the closing handshake runs. */
export interface ClosingState extends Counted {
  readonly status: 'closing'
  readonly code?: number
  readonly reason: string
}

/** The end, until `open()` is called. */
export interface ClosedState extends Counted {
  readonly status: 'closed'
  /** The user's `close()`, a close code that means "do not come back", `maxAttempts`, or refused sign-ins. */
  readonly by: 'user' | 'verdict' | 'attempts' | 'auth'
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
  readonly error?: HoldfastError
}

/** The state of a connection, one variant each, with only what is true in it. */
export type ConnectionState =
  | IdleState
  | ConnectingState
  | OpenState
  | WaitingState
  | SuspendedState
  | ClosingState
  | ClosedState

/** By the user: nothing is sent again. */
export function hasEnded(state: ConnectionState): boolean {
  return state.status === 'closing' || (state.status === 'closed' && state.by === 'user')
}

/** As the native property: 0 CONNECTING until open and between attempts, 1 OPEN, 2 CLOSING, 3 CLOSED. */
export function readyStateOf({ status }: ConnectionState): 0 | 1 | 2 | 3 {
  if (status === 'open') return 1
  if (status === 'closing') return 2
  return status === 'closed' ? 3 : 0
}

/** What a connection begins with. */
export const IDLE: ConnectionState = Object.freeze({ status: 'idle', attempt: 0 })

/** What `close()` resolves with. */
export interface CloseReport<Outgoing = unknown> {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
  /** What was still queued, and is dropped now, oldest first: it has not arrived. */
  readonly undelivered: readonly Outgoing[]
  /** With `keepStored` and a storage: what was queued here and stays there, for the next connection, oldest first. */
  readonly stored?: readonly Outgoing[]
  /**
   * What the last socket was given without proof of its arrival, the newest `keepWritten` bytes of it; and what any
   * was given without the acknowledgement, or with `retry` the answer, that it waits for. Oldest first.
   */
  readonly unconfirmed: readonly Outgoing[]
}

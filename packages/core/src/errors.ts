import type { DropReason } from './entry.ts'

/** What went wrong, in one word that code can switch on. */
export type HoldfastErrorCode =
  /**
   * An option, an argument, or the answer of `reconnect.backoff` or `shouldReconnect`, that nothing can be made of; the
   * message names it, and what it takes.
   */
  | 'CONFIGURATION'
  /** A dial was tried where there is no WebSocket class: set `environment.WebSocket`. */
  | 'NO_WEBSOCKET'
  /** A token would have travelled over `ws:` to a host that is not loopback. */
  | 'INSECURE'
  /** `auth.token` threw, rejected, or gave what is no token; or one that is over already, which is used once. */
  | 'TOKEN'
  /** An attempt took longer than `connectTimeout`, or its sign-in longer than the carrier's `timeout`. */
  | 'CONNECT_TIMEOUT'
  /** The server refused the token. */
  | 'AUTH_REFUSED'
  /** A message cannot be encoded, or the native socket does not take it. */
  | 'ENCODE'
  /** The codec could not read a message. */
  | 'DECODE'
  /** A message does not fit the schema. */
  | 'SCHEMA'
  /** The queue is full, or the message alone is over `maxBytes`. */
  | 'OVERFLOW'
  /** The connection is closed, or was lost before there was an answer. */
  | 'CLOSED'
  /** A message was given up; `reason` says why. */
  | 'DROPPED'
  /** A storage could not be read or written. */
  | 'STORAGE'
  /** A function that was given, or a listener, threw: `cause` is what. */
  | 'HANDLER'

export interface HoldfastErrorOptions {
  readonly cause?: unknown
  readonly reason?: DropReason | undefined
}

const NAME = 'HoldfastError'

/**
 * Every error that Holdfast throws, rejects with, or puts on `errors$`.
 *
 * @remarks The `code` is stable; the message is for people and may change. A message never contains a
 * URL's query, a header or the content of a message.
 */
export class HoldfastError extends Error {
  readonly code: HoldfastErrorCode
  /** Why a message was given up: with `'DROPPED'`, and where a promise rejects with another code. */
  readonly reason?: DropReason

  constructor(code: HoldfastErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, options)
    this.name = NAME
    this.code = code
    if (options.reason !== undefined) this.reason = options.reason
  }
}

/** Whether a value is a {@link HoldfastError}, also one of another copy of this package. */
export function isHoldfastError(value: unknown): value is HoldfastError {
  // By name: instanceof fails across copies of the package.
  return value instanceof Error && value.name === NAME && 'code' in value
}

/** An error of a function that the user gave. */
export function failed(what: string, cause: unknown): HoldfastError {
  return new HoldfastError('HANDLER', `${what} threw.`, { cause })
}

/** As {@link failed}; an error of ours is told as it is. */
export function failure(what: string, error: unknown): HoldfastError {
  return isHoldfastError(error) ? error : failed(what, error)
}

/** The error of a message that the native socket did not take. */
export function refused(cause: unknown): HoldfastError {
  return new HoldfastError('ENCODE', 'The native socket refused a message.', { cause })
}

/** Without its cause, which may quote a message: a `SyntaxError` does, and so do the issues of a schema. */
export function bare({ code, message, reason }: HoldfastError): HoldfastError {
  return new HoldfastError(code, message, { reason })
}

/** The error of a bad option or argument: says which, what was expected and what came. */
export function misconfigured(name: string, expected: string, got: unknown): HoldfastError {
  return new HoldfastError('CONFIGURATION', `${name} must be ${expected}; got ${describe(got)}.`)
}

/** A value in a message for people: its type rather than its content, which may be secret or huge. */
export function describe(value: unknown): string {
  if (typeof value === 'object' && value)
    return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`
  // A string, a symbol, a function.
  return /^[sf]/.test(typeof value) ? `a ${typeof value}` : String(value)
}

/** What whoever waits for a message may be told: one that moved goes on being waited for. */
export type GivenUp = Exclude<DropReason, 'moved'>

const TEXTS: Readonly<Record<GivenUp, string>> = {
  overflow: 'Dropped: the queue was full.',
  expired: 'Dropped: its ttl was over.',
  replaced: 'Dropped: replaced by another of its key.',
  aborted: 'Aborted by its signal.',
  timeout: 'No answer within the timeout.',
  'too-large': 'Dropped: too large (1009).',
  unreadable: 'Dropped: an unreadable Blob.',
  cleared: 'Dropped by clear().',
  closed: 'Closed before an answer.',
  stored: 'Left in the storage.',
}

/** The error of a message that was given up, as its `deliver()` or `request()` rejects. */
export function dropped(reason: GivenUp, signal?: AbortSignal): HoldfastError {
  return new HoldfastError('DROPPED', TEXTS[reason], {
    reason,
    ...(reason === 'aborted' && { cause: signal?.reason }),
  })
}

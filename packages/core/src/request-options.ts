import { boolean, checkFunction, checkObject, checkSignal, duration } from './checks.ts'
import { misconfigured } from './errors.ts'

/** What a request and its answer have in common. */
export type RequestId = string | number

export interface RequestSettings {
  /**
   * How long the answer may take, in ms, from the call on: waiting for a connection included.
   * @defaultValue 30_000: long enough for one outage, short enough that nobody waits for ever
   */
  readonly timeout?: number | undefined
  /** Gives the request up: it is not sent any more if it is still queued. */
  readonly signal?: AbortSignal | undefined
  /**
   * When the connection is lost before the answer: `true` sends the request again, which is for requests
   * that may be carried out twice; `false` rejects. One that is still queued is not concerned.
   * @defaultValue false
   */
  readonly retry?: boolean | undefined
}

/** The answer is the first message that a predicate accepts, asked for every message. */
export interface MatchedRequest<Incoming, Answer extends Incoming = Incoming> extends RequestSettings {
  /** Whether a message is the answer. A type guard gives the promise its type. */
  readonly match: ((incoming: Incoming) => incoming is Answer) | ((incoming: Incoming) => boolean)
  readonly id?: never
  readonly idOf?: never
}

/** The answer is the first message with the request's id: found in constant time, however many wait. */
export interface IdentifiedRequest<Incoming> extends RequestSettings {
  /** The id that is in the message, and will be in its answer. A number is not its text: `1` is not `'1'`. */
  readonly id: RequestId
  /** The id of the request that a message answers; `undefined` for one that answers none. */
  readonly idOf: (incoming: Incoming) => RequestId | undefined
  readonly match?: never
}

export type RequestOptions<Incoming, Answer extends Incoming = Incoming> =
  | MatchedRequest<Incoming, Answer>
  | IdentifiedRequest<Incoming>

/** How long an answer may take unless the caller says otherwise, in ms. */
const TIMEOUT = 30_000

/** @throws HoldfastError `CONFIGURATION`, naming the option, what it takes and what came. */
export function checkedRequest<Incoming>(
  options: RequestOptions<Incoming>,
): RequestOptions<Incoming> & { readonly timeout: number } {
  checkObject('The options of request()', options)
  const { id, idOf, match, retry, signal } = options
  if ((match === undefined) === (idOf === undefined)) {
    throw misconfigured('request()', 'given either match, or id and idOf', match ?? idOf)
  }
  if (match === undefined) checkFunction('request.idOf', idOf)
  else checkFunction('request.match', match)
  if (idOf && typeof id !== 'string' && typeof id !== 'number') {
    throw misconfigured('request.id', 'a string or a number', id)
  }
  boolean('request.retry', retry, false)
  checkSignal('request.signal', signal)
  return { ...options, timeout: duration('request.timeout', options.timeout, TIMEOUT) }
}

import { checkFunction, count } from '../checks.ts'
import { misconfigured } from '../errors.ts'
import type { ConnectionState } from '../state.ts'
import { listed, texts } from './matcher-texts.ts'

/** What a matcher answers, to vitest and to Jest. */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** What vitest and Jest call a matcher with, as far as these use it. */
export interface MatcherContext {
  readonly isNot?: boolean
  equals(a: unknown, b: unknown, testers?: never[]): boolean
  readonly utils: {
    stringify(value: unknown): string
    readonly iterableEquality?: unknown
    readonly subsetEquality?: unknown
  }
}

type Status = ConnectionState['status']
type Details<S extends Status> = { readonly [Key in keyof Extract<ConnectionState, { status: S }>]?: unknown }

/** The matchers as `expect()` shows them. */
export interface HoldfastMatchers<Result = void> {
  /** Of a `Connection`, a `ReconnectingWebSocket`, a connection of a fake server, or any WebSocket. */
  toBeOpen(): Result
  /**
   * Of a `Connection` or a `ReconnectingWebSocket`.
   *
   * @param details - What else its state has; of objects in it, a part will do: `{ cause: { code: 1006 } }`.
   */
  toHaveStatus<S extends Status>(status: S, details?: Details<S>): Result
  /** Of a `Connection`: how many messages wait in its queue. */
  toHaveQueued(count: number): Result
  /** Of a fake server or one of its connections: a message that came, equal as `toEqual()` has it. */
  toHaveReceived(message: unknown): Result
  /** As `toHaveReceived()` of each, in this order; others may have come in between. */
  toHaveReceivedInOrder(messages: readonly unknown[]): Result
  /**
   * Of a connection of a fake server: that its client has called `close()`.
   *
   * @param code - 1005 where it gave none; any, unless given.
   * @param reason - Any, unless given.
   */
  toHaveBeenClosedWith(code?: number, reason?: string): Result
}

type Implementation = {
  readonly [Name in keyof HoldfastMatchers]: (
    this: MatcherContext,
    received: unknown,
    ...expected: Parameters<HoldfastMatchers[Name]>
  ) => MatcherResult
}

/**
 * For `expect.extend()` of vitest, and of Jest.
 *
 * @remarks Their types for vitest come with `@holdfast/core/testing/vitest`, which exports these too. Each throws
 * `CONFIGURATION` for a subject that is none of its own, with `not` as well.
 */
export const holdfastMatchers: Implementation = {
  toBeOpen(received) {
    const state = part<ConnectionState>(received, 'state')
    const readyState = part<number>(received, 'readyState')
    if (typeof state?.status !== 'string' && typeof readyState !== 'number') {
      throw misconfigured('The subject of toBeOpen()', 'a connection or a socket', received)
    }
    const isOpen = state ? state.status === 'open' : readyState === 1
    return answer(this, isOpen, 'the connection', 'be open', texts.isIn(state, readyState))
  },

  toHaveStatus(received, status, details = {}) {
    const state = stateOf('toHaveStatus()', received)
    const testers = [this.utils.iterableEquality, this.utils.subsetEquality] as never[]
    const isSo = state.status === status && this.equals(state, details, testers)
    const more = Object.keys(details).length > 0 ? ` with ${this.utils.stringify(details)}` : ''
    const shown = more === '' ? texts.isIn(state) : `${texts.isIn(state)}\n${this.utils.stringify(state)}`
    return answer(this, isSo, 'the connection', `be '${status}'${more}`, shown)
  },

  toHaveQueued(received, expected) {
    count('toHaveQueued(count)', expected, 0, 0)
    const queued = part<{ queued: number }>(received, 'outbox')?.queued
    if (queued === undefined) throw misconfigured('The subject of toHaveQueued()', 'a connection', received)
    return answer(this, queued === expected, 'the connection', `have ${expected} queued`, `It has ${queued}.`)
  },

  toHaveReceived(received, message) {
    const messages = messagesOf('toHaveReceived()', received)
    const came = messages.some((one) => isEqual(this, one, message))
    const text = `have received ${this.utils.stringify(message)}`
    return answer(this, came, 'the server', text, listed(messages, this.utils.stringify))
  },

  toHaveReceivedInOrder(received, expected) {
    if (!Array.isArray(expected)) throw misconfigured('toHaveReceivedInOrder(messages)', 'an array', expected)
    const messages = messagesOf('toHaveReceivedInOrder()', received)
    let place = 0
    for (const message of messages) {
      if (place < expected.length && isEqual(this, message, expected[place])) place += 1
    }
    const text = `have received, in this order, ${this.utils.stringify(expected)}`
    const missing =
      place < expected.length ? `Missing from ${this.utils.stringify(expected[place])} on. ` : ''
    const shown = missing + listed(messages, this.utils.stringify)
    return answer(this, place === expected.length, 'the server', text, shown)
  },

  toHaveBeenClosedWith(received, code, reason) {
    checkFunction('The drop() of the subject of toHaveBeenClosedWith()', part(received, 'drop'))
    const closed = part<{ code: number | undefined; reason: string }>(received, 'closedWith')
    const given = closed && { code: closed.code ?? 1005, reason: closed.reason }
    const isSo =
      given !== undefined &&
      (code === undefined || given.code === code) &&
      (reason === undefined || given.reason === reason)
    const text = `have been closed by its client${texts.codeAndReason(code, reason)}`
    const shown = given ? `It was${texts.codeAndReason(given.code, given.reason)}.` : 'It was not.'
    return answer(this, isSo, 'the connection', text, shown)
  },
}

function answer(
  { isNot = false }: MatcherContext,
  pass: boolean,
  subject: string,
  what: string,
  shown: string,
): MatcherResult {
  return { pass, message: () => `Expected ${subject} ${isNot ? 'not ' : ''}to ${what}. ${shown}` }
}

function isEqual({ equals, utils }: MatcherContext, a: unknown, b: unknown): boolean {
  return equals(a, b, [utils.iterableEquality] as never[])
}

function stateOf(matcher: string, received: unknown): ConnectionState {
  const state = part<ConnectionState>(received, 'state')
  if (typeof state?.status === 'string') return state
  throw misconfigured(`The subject of ${matcher}`, 'a connection', received)
}

function messagesOf(matcher: string, received: unknown): readonly unknown[] {
  const messages = part<readonly unknown[]>(received, 'messages')
  if (Array.isArray(messages)) return messages
  throw misconfigured(`The subject of ${matcher}`, 'a fake server or one of its connections', received)
}

/** A member of whatever was given to `expect()`; what it is, is for the caller to check. */
function part<T>(received: unknown, name: string): T | undefined {
  return typeof received === 'object' && received !== null
    ? (Reflect.get(received, name) as T | undefined)
    : undefined
}

// What the pages say of the machine and its table of codes, written from these themselves.
import type { HoldfastErrorCode, TransitionCause } from '@holdfast/core'
import { CLOSE_CODES, type CodeRule, ruleFor } from '../../packages/core/src/close-codes.ts'
import { meaningsOf } from './members.ts'
import { type Edge, STATUSES } from './states.ts'
import { code, table } from './table.ts'

/** What makes a state change; the two that never do it alone are left out. */
type Cause = Exclude<
  TransitionCause,
  | 'drained'
  | 'signs-in'
  | 'retired'
  | 'ready'
  | 'unready'
  | 'phase'
  | `${'stable' | 'drain' | 'retire'}-timer`
>

const CAUSES: Record<Cause, string> = {
  open: 'your call, or the first dial of one that is not lazy',
  reconnect: 'your call',
  close: 'your call, or the end of the last component that used it',
  wanted: 'a `lazy` connection is sent to, or subscribed to',
  opened: 'the socket is open and, with a sign-in message, accepted',
  lost: 'the socket closed, or the attempt failed',
  silent: 'the heartbeat had no answer, or nothing came since the host was offline or slept',
  network: 'the host says that it is offline, or online again',
  page: 'the page is frozen or kept for later, or back',
  woke: 'somebody looks at the page again, or the host woke from sleep',
  'retry-timer': 'the delay is over',
  'trial-timer': 'offline for long: it is put to the test',
  'connect-timer': '`connectTimeout` is over',
  'sign-in-timer': 'the server did not answer the sign-in message in time',
  'close-timer': '`closeTimeout` is over: the peer did not answer the close frame',
  'idle-timer': '`idleTimeout` is over: nobody uses a `lazy` connection',
}

export function statesTable(edges: readonly Edge[]): string {
  const rows = STATUSES.flatMap((from) =>
    edges
      .filter((edge) => edge.from === from)
      .map(({ to, causes }, index) => {
        return [index === 0 ? `\`${from}\`` : '', `\`${to}\``, causes.map(code).join(', ')]
      }),
  )
  return table(['from', 'to', 'cause'], rows)
}

export function causesTable(edges: readonly Edge[]): string {
  const used = new Set(edges.flatMap(({ causes }) => causes))
  const known = Object.entries(CAUSES)
  const unknown = [...used].filter((cause) => !(cause in CAUSES))
  if (unknown.length > 0) throw new Error(`Say what this cause means: ${unknown.join(', ')}.`)
  const idle = known.filter(([cause]) => !used.has(cause as Cause))
  if (idle.length > 0) throw new Error(`Nothing is made by this cause: ${idle}.`)
  return table(
    ['cause', 'what it is'],
    known.map(([cause, text]) => [code(cause), text]),
  )
}

/** What each code is for; as the registries have it, in our words. Those of 4xxx are a custom, after HTTP. */
const MEANINGS: Readonly<Record<number, string>> = {
  1000: 'done',
  1001: 'the server or the page goes away',
  1002: 'the peer saw a breach of the protocol',
  1003: 'the peer cannot take such data',
  1005: 'a close frame without a code',
  1006: 'no close frame: the line was cut',
  1007: 'the peer saw text that is no UTF-8, or the like',
  1008: 'against the rules of the peer',
  1009: 'a message was too big for the peer',
  1010: 'the client wanted an extension',
  1011: 'the server failed',
  1012: 'the server restarts',
  1013: 'the server has too much to do',
  1014: 'a gateway had a bad answer',
  3000: 'not signed in',
  3003: 'not allowed',
  3008: 'too slow',
  4400: 'a bad request',
  4401: 'not signed in',
  4403: 'not allowed',
  4406: 'no common subprotocol',
  4408: 'too slow',
  4429: 'too many requests',
}

export function codesTable(): string {
  const silent = Object.keys(CLOSE_CODES).filter((code) => !(code in MEANINGS))
  if (silent.length > 0) throw new Error(`Say what this code means: ${silent.join(', ')}.`)
  const rows = Object.entries(MEANINGS).map(([code, meaning]) => [
    code,
    meaning,
    verdictOf(ruleFor(Number(code))),
  ])
  return table(['code', 'what it says', 'verdict'], [...rows, ['all others', '', verdictOf(ruleFor(4_999))]])
}

function verdictOf(rule: CodeRule): string {
  switch (rule.kind) {
    case 'stop':
      return 'stop'
    case 'reauthenticate':
      return 'fresh credentials; without `auth` or a function for URL or protocols: stop'
    case 'limited':
      return `retry; stop at number ${rule.tries + 1} in a row`
    case 'retry': {
      const { floor = 0, spread, firstOnly } = rule
      const random = spread === undefined ? 'a backoff' : `evenly 0 to ${seconds(spread)}`
      if (firstOnly) return `retry; the first delay is ${random}, then a backoff`
      if (floor > 0) return `retry after ${seconds(floor)} and ${random}`
      return 'retry after a backoff'
    }
    default:
      return rule satisfies never
  }
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}

/** Where each code is met; what it is stands in the code. */
const PLACES: Record<HoldfastErrorCode, string> = {
  CONFIGURATION:
    'thrown by the call. On `errors$`: what a function of yours gave, and views of one connection that disagree',
  NO_WEBSOCKET: 'ends the connection',
  INSECURE: 'thrown by `connect()`; where a URL function gave the URL it ends the connection',
  TOKEN: 'a failed attempt; on `errors$` alone, where it is over already',
  CONNECT_TIMEOUT: 'a failed attempt',
  AUTH_REFUSED: 'a failed attempt; the last of `maxRefusals` ends the connection',
  ENCODE: 'thrown by `send()`. On `errors$`: a message of a heartbeat, a channel or a sign-in',
  DECODE: 'on `errors$`; the next message is read',
  SCHEMA: 'on `errors$`; the next message is read',
  OVERFLOW:
    'thrown by `send()`. Of `mapBounded()` and `toAsyncIterable()`, with a slow consumer, an error of the stream',
  CLOSED:
    'thrown by `send()`, and after dispose by `open()` and `reconnect()`; a `deliver()` or `request()` rejects',
  DROPPED: 'a `deliver()` or `request()` rejects',
  STORAGE: 'on `errors$`; the connection goes on, from memory',
  HANDLER:
    'on `errors$`; thrown by `send()` for `delivery.id`. Of a URL or protocols function a failed attempt',
}

export function errorsTable(): string {
  const meanings = meaningsOf('errors.ts', 'HoldfastErrorCode')
  return table(
    ['code', 'what it is', 'where it is met'],
    Object.entries(PLACES).map(([name, place]) => [code(name), meanings.get(name) ?? '', place]),
  )
}

export function reasonsTable(): string {
  const rows = [...meaningsOf('entry.ts', 'DropReason')].map(([reason, text]) => [code(reason), text])
  return table(['reason', 'why'], rows)
}

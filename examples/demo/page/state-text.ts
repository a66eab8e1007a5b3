import type {
  ClosedState,
  CloseInfo,
  ConnectingState,
  ConnectionEvent,
  ConnectionState,
  Verdict,
} from '@holdfast/core'
import { nameCode } from './close-codes.ts'
import { formatDuration } from './format.ts'

const PHASE_TEXT: Readonly<Record<ConnectingState['phase'], string>> = {
  url: 'Asking for the address.',
  token: 'Fetching a token. What you send waits.',
  handshake: 'Dialling: waiting for the server to answer the handshake. What you send waits.',
  'sign-in': 'Signing in: the token is sent, and nothing else before the room has answered.',
}

/** A state in a sentence, without what changes while it lasts. */
export function tellState(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'Nobody asked for a connection yet.'
    case 'connecting':
      return PHASE_TEXT[state.phase]
    case 'open':
      return state.attempt > 1
        ? 'Back. What waited in the outbox goes out first, in order.'
        : 'What you send goes out at once.'
    case 'waiting':
      return 'What you send waits in the outbox. The next attempt comes by itself.'
    case 'suspended':
      return state.by === 'page'
        ? 'The page is put aside. It comes back at once when you do.'
        : 'This computer calls itself offline. What you send waits; an attempt is made now and then all the same.'
    case 'closing':
      return 'Writing what is queued, then saying goodbye.'
    case 'closed':
      return tellClosed(state)
    default:
      return state satisfies never
  }
}

function tellClosed({ by, code }: ClosedState): string {
  switch (by) {
    case 'user':
      return `You closed it: ${nameCode(code)}. send() throws until you open again.`
    case 'verdict':
      return `Stopped by verdict: ${nameCode(code)} says do not come back. The outbox is kept; open again if you know better.`
    case 'attempts':
      return `Given up after the last attempt allowed: ${nameCode(code)}. The outbox is kept.`
    case 'auth':
      return 'The sign-in was refused, with a fresh token too. The outbox is kept; sign in again.'
    default:
      return by satisfies never
  }
}

/** How a connection or an attempt was lost, and what is made of it. */
export function tellLoss({ close, verdict, delay }: Extract<ConnectionEvent, { type: 'lost' }>): string {
  const when = close.phase === 'open' ? '' : ' before it was open'
  const next = delay === undefined ? '' : delay === 0 ? ' at once' : ` in ${formatDuration(delay)}`
  return `Lost: ${tellClose(close)}${when}. Verdict: ${tellVerdict(verdict)}${next}.`
}

/** A close code with its name, its reason, and whether this side gave up. */
export function tellClose({ code, reason, local }: CloseInfo): string {
  // A connection that this side gave up has the code of a cut one, but nobody cut it.
  const words = [local === undefined ? nameCode(code) : String(code)]
  if (reason !== '') words.push(`“${reason}”`)
  if (local !== undefined) words.push(`given up here: ${local}`)
  return words.join(', ')
}

function tellVerdict(verdict: Verdict): string {
  if (typeof verdict === 'object') return `retry, not before ${formatDuration(verdict.retryAfter)}`
  return verdict
}

import type { CloseInfo, ConnectionState } from '@holdfast/core'

type Status = ConnectionState['status']

/** What may follow each state where nobody calls reconnect(), and neither network nor page say anything. */
const NEXT: Readonly<Record<Status, readonly Status[]>> = {
  idle: ['connecting', 'closed'],
  connecting: ['connecting', 'open', 'waiting', 'closed'],
  open: ['waiting', 'closing', 'closed'],
  waiting: ['connecting', 'closed'],
  suspended: [],
  closing: ['closed'],
  closed: ['connecting', 'closed'],
}

/** What may follow each state whatever is called, and whatever network and page say. */
const NEXT_OF_ALL: Readonly<Record<Status, readonly Status[]>> = {
  idle: ['connecting', 'closed'],
  connecting: ['connecting', 'open', 'waiting', 'suspended', 'closed', 'idle'],
  // Another one after a handover.
  open: ['open', 'connecting', 'waiting', 'suspended', 'closing', 'closed', 'idle'],
  waiting: ['waiting', 'connecting', 'suspended', 'closed', 'idle'],
  suspended: ['suspended', 'connecting', 'waiting', 'closed', 'idle'],
  closing: ['closed', 'connecting'],
  closed: ['connecting', 'closed'],
}

const PHASES = ['url', 'token', 'handshake', 'sign-in']

/** Codes that a native class tells of: those that may be sent. Chromium tells of whatever came. */
type Codes = 'legal' | 'any'

/** What is wrong with a history of states; nothing where all are as they are documented. */
export function illegalIn(states: readonly ConnectionState[], codes: Codes = 'legal'): string[] {
  return states.flatMap((state, index) => illegalStep(states[index - 1], state, NEXT, codes))
}

/** As {@link illegalIn}, of one state and the one before, whatever is called and told. */
export function illegalStep(
  previous: ConnectionState | undefined,
  state: ConnectionState,
  next: Readonly<Record<Status, readonly Status[]>> = NEXT_OF_ALL,
  codes: Codes = 'legal',
): string[] {
  const follows = previous === undefined || next[previous.status].includes(state.status)
  return [
    ...(follows ? [] : [`${previous.status} became ${state.status}`]),
    ...(isWhole(state, codes) ? [] : [`no state: ${JSON.stringify(state)}`]),
  ]
}

function isWhole(state: ConnectionState, codes: Codes): boolean {
  if (!Number.isInteger(state.attempt) || state.attempt < 0) return false
  switch (state.status) {
    case 'idle':
      return true
    case 'connecting':
      return PHASES.includes(state.phase)
    case 'open':
      return state.since > 0 && typeof state.protocol === 'string' && typeof state.extensions === 'string'
    case 'waiting':
      return state.delay >= 0 && state.retryAt > 0 && isClose(state.cause, codes)
    case 'suspended':
      return (state.by === 'offline' || state.by === 'page') && isClose(state.cause, codes)
    case 'closing':
      return typeof state.reason === 'string'
    case 'closed':
      return isClose(state, codes)
    default:
      // Checked by the compiler too; here the value comes from what is being tested.
      state satisfies never
      return false
  }
}

/** A code and a reason as a close frame can carry them (RFC 6455 §5.5, §7.4). */
function isClose(
  { code, reason, wasClean }: Pick<CloseInfo, 'code' | 'reason' | 'wasClean'>,
  codes: Codes,
): boolean {
  const [least, most] = codes === 'legal' ? [1000, 4999] : [0, 65_535]
  const isCode = Number.isInteger(code) && code >= least && code <= most
  return isCode && new TextEncoder().encode(reason).length <= 123 && typeof wasClean === 'boolean'
}

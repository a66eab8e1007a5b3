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

const PHASES = ['url', 'token', 'handshake', 'sign-in']

/** What is wrong with a history of states; nothing where all are as they are documented. */
export function illegalIn(states: readonly ConnectionState[]): string[] {
  return states.flatMap((state, index) => {
    const previous = states[index - 1]
    const follows = previous === undefined || NEXT[previous.status].includes(state.status)
    return [
      ...(follows ? [] : [`${previous.status} became ${state.status}`]),
      ...(isWhole(state) ? [] : [`no state: ${JSON.stringify(state)}`]),
    ]
  })
}

function isWhole(state: ConnectionState): boolean {
  if (!Number.isInteger(state.attempt) || state.attempt < 0) return false
  switch (state.status) {
    case 'idle':
      return true
    case 'connecting':
      return PHASES.includes(state.phase)
    case 'open':
      return state.since > 0 && typeof state.protocol === 'string' && typeof state.extensions === 'string'
    case 'waiting':
      return state.delay >= 0 && state.retryAt > 0 && isClose(state.cause)
    case 'suspended':
      return false
    case 'closing':
      return typeof state.reason === 'string'
    case 'closed':
      return isClose(state)
    default:
      // Checked by the compiler too; here the value comes from what is being tested.
      state satisfies never
      return false
  }
}

/** A code and a reason as a close frame can carry them (RFC 6455 §5.5, §7.4). */
function isClose({ code, reason, wasClean }: Pick<CloseInfo, 'code' | 'reason' | 'wasClean'>): boolean {
  const isCode = Number.isInteger(code) && code >= 1000 && code <= 4999
  return isCode && Buffer.byteLength(reason) <= 123 && typeof wasClean === 'boolean'
}

import type { CloseInfo, ConnectionState } from '../state.ts'

const READY_STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']
/** How many messages a failure shows. */
const SHOWN = 10

/** What failures say. */
export const texts = {
  /** Where a connection is, and what brought it there. */
  isIn(state: ConnectionState | undefined, readyState = 0): string {
    if (!state) return `It is ${READY_STATES[readyState] ?? readyState}.`
    const count = `attempt ${state.attempt}`
    switch (state.status) {
      case 'idle':
        return "It is 'idle': nothing was dialled yet."
      case 'connecting':
        return `It is 'connecting' (${state.phase}, ${count}).`
      case 'open':
        return "It is 'open'."
      case 'waiting':
        return `It is 'waiting' for ${state.delay} ms (${count}), after ${end(state.cause)}.`
      case 'suspended':
        return `It is 'suspended' by '${state.by}' (${count}).`
      case 'closing':
        return "It is 'closing'."
      case 'closed':
        return `It is 'closed' by '${state.by}' (${count}), after ${end(state)}.`
    }
  },

  codeAndReason(code: number | undefined, reason: string | undefined): string {
    const text = reason ? ` '${reason}'` : ''
    return code === undefined ? text && ` with${text}` : ` with ${code}${text}`
  },
}

function end({ code, reason, error }: Pick<CloseInfo, 'code' | 'reason' | 'error'>): string {
  return `${code}${reason ? ` '${reason}'` : ''}${error ? `: ${error.message}` : ''}`
}

/** What came: all of it, or the newest. */
export function listed(messages: readonly unknown[], stringify: (message: unknown) => string): string {
  if (messages.length === 0) return 'It has received nothing.'
  const first = Math.max(0, messages.length - SHOWN)
  const lines = messages.slice(first).map((message, index) => `  ${first + index + 1}: ${stringify(message)}`)
  const head = first > 0 ? `It has received ${messages.length} messages, at last:` : 'It has received:'
  return [head, ...lines].join('\n')
}

import type { ConnectionState } from '@holdfast/core'

export interface StateText {
  readonly text: string
  /** What a button may offer: each is `connection.open()`. */
  readonly action?: 'Try now' | 'Connect again'
}

/** The state of a connection for people, without what changes while it lasts. */
export function tellState(state: ConnectionState): StateText {
  switch (state.status) {
    case 'idle':
    case 'connecting':
      return { text: state.attempt > 1 ? 'Connecting again…' : 'Connecting…' }
    case 'open':
      return { text: 'Connected' }
    case 'waiting':
      return { text: tellCause(state.cause.code), action: 'Try now' }
    case 'suspended':
      return { text: state.by === 'offline' ? 'You are offline' : 'Paused', action: 'Try now' }
    case 'closing':
      return { text: 'Closing…' }
    case 'closed':
      return {
        text: state.by === 'auth' ? 'Your sign-in was refused' : 'Disconnected',
        action: 'Connect again',
      }
    default:
      return state satisfies never
  }
}

/** The seconds until the next attempt, for a display that is not read aloud; empty where there is none. */
export function tellCountdown(state: ConnectionState, now: number): string {
  if (state.status !== 'waiting') return ''
  return `next try in ${Math.max(0, Math.ceil((state.retryAt - now) / 1_000))} s`
}

function tellCause(code: number): string {
  if (code === 1001) return 'The server restarts'
  if (code === 1012) return 'The server is starting'
  if (code === 1009) return 'A message was too long for the server'
  return 'Connection lost'
}

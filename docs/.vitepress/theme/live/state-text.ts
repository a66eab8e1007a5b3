import type { ConnectionState } from '@holdfast/core'

export interface StateText {
  readonly text: string
  /** How it is coloured. */
  readonly mood: 'good' | 'wait' | 'bad' | 'calm'
}

/** A state in words, for whoever waits for it. */
export function describe(state: ConnectionState, now: number): StateText {
  switch (state.status) {
    case 'idle':
      return { text: 'nobody has asked for a connection yet', mood: 'calm' }
    case 'connecting':
      return { text: `attempt ${state.attempt}, ${state.phase}`, mood: 'wait' }
    case 'open':
      return { text: 'what you send is written at once', mood: 'good' }
    case 'waiting': {
      const seconds = Math.max(0, state.retryAt - now) / 1_000
      return {
        text: `lost by ${state.cause.code}, attempt ${state.attempt + 1} in ${seconds.toFixed(1)} s`,
        mood: 'wait',
      }
    }
    case 'suspended':
      return {
        text: state.by === 'offline' ? 'the browser says that it is offline' : 'the page rests',
        mood: 'wait',
      }
    case 'closing':
      return { text: 'what is queued goes out first', mood: 'calm' }
    case 'closed':
      return { text: `by ${state.by}, with ${state.code}`, mood: 'bad' }
    default:
      return state satisfies never
  }
}

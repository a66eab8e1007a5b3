import type { ConnectionState } from '@holdfast/core'
import type { ServerMessage } from '../shared/room-messages.ts'
import { formatPlural } from './format.ts'

const MAX_TEXT = 120

/** What the React and the Vue panel show of a message: who, in which colour, and what. */
export interface Told {
  readonly name: string
  /** Degrees on the colour wheel; none for the room itself. */
  readonly hue?: number
  readonly text: string
}

/** Any message of the room, for people. */
export function tellMessage(message: ServerMessage | undefined): Told {
  if (message === undefined) return { name: 'Nobody', text: 'said anything so far.' }
  switch (message.type) {
    case 'welcome':
      return { name: 'The room', text: `Welcome, ${message.you.name}.` }
    case 'members':
      return { name: 'The room', text: `${formatPlural(message.members.length, 'connection')} now.` }
    case 'ack':
      return { name: 'The room', text: 'has had what this panel sent.' }
    case 'say': {
      const { name, hue } = message.from
      return { name, hue, text: message.text.slice(0, MAX_TEXT) }
    }
    default:
      return message satisfies never
  }
}

/** What the panels' one button does in a state. */
export function tellButton(status: ConnectionState['status']): 'Open again' | 'Try now' | 'Reconnect' {
  if (status === 'closed') return 'Open again'
  return status === 'waiting' || status === 'suspended' ? 'Try now' : 'Reconnect'
}

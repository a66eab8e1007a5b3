import type { Connection, ConnectionEvent, HoldfastError } from '@holdfast/core'
import { merge, mergeMap, type Observable } from 'rxjs'
import type { Happening } from './conversation.ts'
import type { ClientMessage, Rejection, SayMessage, ServerMessage } from './messages.ts'

/** What the connection tells of itself that matters to the conversation. */
export function newsOf(connection: Connection<ServerMessage, ClientMessage>): Observable<Happening> {
  return merge(
    connection.events$.pipe(mergeMap(happeningsOfEvent)),
    // Somebody has to listen: else each of them ends in the console.
    connection.errors$.pipe(mergeMap(happeningsOfError)),
  )
}

function happeningsOfEvent(event: ConnectionEvent): Happening[] {
  if (event.type === 'restored') return [{ type: 'restored', messages: event.messages.filter(isSaying) }]
  if (event.type !== 'dropped' || !isSaying(event.message)) return []
  const { id } = event.message
  return [event.reason === 'too-large' ? tooLong(id) : { type: 'taken-back', id }]
}

function happeningsOfError({ code, message }: HoldfastError): Happening[] {
  switch (code) {
    case 'STORAGE':
      return [{ type: 'trouble', text: 'What waits here is lost when you leave this page.' }]
    // The banner tells of these.
    case 'TOKEN':
    case 'AUTH_REFUSED':
    case 'CONNECT_TIMEOUT':
      return []
    default:
      return [{ type: 'trouble', text: message }]
  }
}

function tooLong(id: string): Rejection {
  return { type: 'rejected', id, reason: 'size', text: 'It is far too long: the server hung up on it.' }
}

function isSaying(message: unknown): message is SayMessage {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'say'
}

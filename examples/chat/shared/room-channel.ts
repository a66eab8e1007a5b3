import type { SendOptions } from '@holdfast/core'
import type { ClientMessage, Room, RoomMessage, SayMessage, ServerMessage } from './messages.ts'

/** A room as a channel: joined again after every reconnect, from the message on that came last. */
export function roomChannel(room: Room) {
  return {
    subscribe: (): ClientMessage => ({ type: 'join', room }),
    unsubscribe: (): ClientMessage => ({ type: 'leave', room }),
    filter: (message: ServerMessage): message is RoomMessage => 'room' in message && message.room === room,
    resume: ({ seq }: RoomMessage): ClientMessage => ({ type: 'join', room, after: seq }),
  }
}

/** A message to send, with an id by which it is known wherever it comes up. */
export function compose(room: Room, text: string): SayMessage {
  return { type: 'say', id: crypto.randomUUID(), room, text }
}

/** Of what waits in an outage only the newest matters, and not for long. */
export const TYPING_OPTIONS: SendOptions = { key: 'typing', ttl: 10_000 }
const AGAIN_MS = 2_000

/** Whether it is worth telling that somebody types, called with every key: a change is, and every 2 s. */
export function typingNotice(): (isTyping: boolean) => boolean {
  let toldTyping = false
  let toldAt = 0
  return (isTyping) => {
    const isNews = isTyping !== toldTyping || (isTyping && Date.now() - toldAt > AGAIN_MS)
    if (isNews) toldAt = Date.now()
    toldTyping = isTyping
    return isNews
  }
}

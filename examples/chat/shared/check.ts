import { type ClientMessage, ROOMS, type Room } from './messages.ts'

/** Whether a parsed message is one that the server takes. */
export function isClientMessage(value: unknown): value is ClientMessage {
  if (!isRecord(value)) return false
  switch (value.type) {
    case 'say':
      return isRoom(value.room) && isId(value.id) && typeof value.text === 'string'
    case 'join':
      return isRoom(value.room) && (value.after === undefined || Number.isSafeInteger(value.after))
    case 'leave':
      return isRoom(value.room)
    case 'typing':
      return isRoom(value.room) && typeof value.isTyping === 'boolean'
    case 'sign-in':
      return typeof value.token === 'string'
    default:
      return value.type === 'ping'
  }
}

/** Whether somebody, or a message, may be called so: an id that a page draws by lot. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value)
}

function isRoom(value: unknown): value is Room {
  return ROOMS.some((room) => room === value)
}

/** Whether a parsed value is an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

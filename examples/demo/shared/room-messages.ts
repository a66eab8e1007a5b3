/** Somebody in the room. The same `id` gets the same name and colour after every reconnect. */
export interface Member {
  readonly id: string
  readonly name: string
  /** Degrees on the colour wheel. */
  readonly hue: number
}

/** Marks a message as one of many, so that pages show the flood as one line. */
export interface FloodMark {
  readonly id: number
  /** How many messages the flood has in all. */
  readonly of: number
}

/** What a client sends. Its `id` is 1, 2, 3 … for each member: by these the room knows what it has had already. */
export type ClientMessage =
  | SayMessage
  /** One of a steady stream: the room counts it, and tells nobody else. */
  | { readonly type: 'tick'; readonly id: number }

export interface SayMessage {
  readonly type: 'say'
  readonly id: number
  readonly text: string
  readonly flood?: FloodMark
}

/** What the room says: everybody hears every message, the sender too. */
export type ServerMessage =
  | { readonly type: 'welcome'; readonly you: Member; readonly members: readonly Member[] }
  | { readonly type: 'members'; readonly members: readonly Member[] }
  | SaidMessage
  /** To the sender alone: the room has done its work on these, now or before. */
  | { readonly type: 'ack'; readonly ids: readonly number[] }

/** A message that somebody said. */
export interface SaidMessage extends SayMessage {
  readonly from: Member
}

/** Asks the room whether it is there; no message of anybody's. */
export const PING = { type: 'ping' } as const
/** Its answer. */
export const PONG = { type: 'pong' } as const

export function isPing(value: unknown): boolean {
  return isRecord(value) && value.type === PING.type
}

export function isPong(value: unknown): boolean {
  return isRecord(value) && value.type === PONG.type
}

/** Whether a parsed message answers for some of ours. */
export function isAcknowledgement(value: unknown): value is Extract<ServerMessage, { type: 'ack' }> {
  return isRecord(value) && value.type === 'ack' && Array.isArray(value.ids)
}

/** Whether a parsed message is one that the room takes. */
export function isClientMessage(value: unknown): value is ClientMessage {
  if (!isRecord(value) || !isMessageId(value.id)) return false
  const { type, text, flood } = value
  if (type === 'tick') return true
  return type === 'say' && typeof text === 'string' && (flood === undefined || isFloodMark(flood))
}

function isMessageId(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isFloodMark(value: unknown): value is FloodMark {
  return isRecord(value) && Number.isSafeInteger(value.id) && Number.isSafeInteger(value.of)
}

/** Whether a parsed value is an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

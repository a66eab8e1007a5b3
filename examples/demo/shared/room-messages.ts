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

/** What a page says. */
export interface ClientMessage {
  readonly type: 'say'
  /** 1, 2, 3 … for each page: by these it sees what came back, twice, or out of order. */
  readonly id: number
  readonly text: string
  readonly flood?: FloodMark
}

/** What the room says: everybody hears every message, the sender too. */
export type ServerMessage =
  | { readonly type: 'welcome'; readonly you: Member; readonly members: readonly Member[] }
  | { readonly type: 'members'; readonly members: readonly Member[] }
  | (ClientMessage & { readonly from: Member })

/** A message that somebody said. */
export type SaidMessage = Extract<ServerMessage, { type: 'say' }>

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

/** Whether a parsed message is one that the room takes. */
export function isClientMessage(value: unknown): value is ClientMessage {
  if (!isRecord(value) || value.type !== 'say') return false
  const { id, text, flood } = value
  return Number.isSafeInteger(id) && typeof text === 'string' && (flood === undefined || isFloodMark(flood))
}

function isFloodMark(value: unknown): value is FloodMark {
  return isRecord(value) && Number.isSafeInteger(value.id) && Number.isSafeInteger(value.of)
}

/** Whether a parsed value is an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

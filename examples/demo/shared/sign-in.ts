import { isRecord } from './room-messages.ts'

/** How a token comes to the room. The page's address chooses: `/?via=query`. */
export const CARRIERS = ['message', 'subprotocol', 'query'] as const
export type CarrierName = (typeof CARRIERS)[number]

/** The subprotocol that the room speaks; the one with a token beside it is never chosen. */
export const ROOM_PROTOCOL = 'room.v1'
export const TOKEN_PARAMETER = 'access_token'
export const TOKEN_PREFIX = 'bearer.'

/** `POST /token`, with `{ member }`. */
export interface IssuedToken {
  readonly value: string
  /** Epoch ms. */
  readonly expiresAt: number
}

/** The first message of a connection that carries no token in its handshake, and every renewal. */
export interface SignInMessage {
  readonly type: 'sign-in'
  readonly token: string
}

/** The room's answers to it. */
export type SignInAnswer = { readonly type: 'signed-in' } | { readonly type: 'refused' }

export function isSignIn(value: unknown): value is SignInMessage {
  return isRecord(value) && value.type === 'sign-in' && typeof value.token === 'string'
}

const MEMBER_ID = /^[\w-]{1,64}$/

/** Whether somebody may be called so: an id that a page draws by lot. */
export function isMemberId(value: unknown): value is string {
  return typeof value === 'string' && MEMBER_ID.test(value)
}

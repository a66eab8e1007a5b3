/** The rooms of this server. */
export const ROOMS = ['lobby', 'galley', 'harbour'] as const
export type Room = (typeof ROOMS)[number]

/** Somebody who chats. The same `id` has the same name and colour everywhere. */
export interface Member {
  readonly id: string
  readonly name: string
  /** Degrees on the colour wheel. */
  readonly hue: number
}

/** What somebody says. The `id` is drawn by the client: by it the server knows a message that comes again. */
export interface SayMessage {
  readonly type: 'say'
  readonly id: string
  readonly room: Room
  readonly text: string
}

export type ClientMessage =
  | SayMessage
  /** `after`: the newest message that the client has of this room; what came since is told. */
  | { readonly type: 'join'; readonly room: Room; readonly after?: number }
  | { readonly type: 'leave'; readonly room: Room }
  | { readonly type: 'typing'; readonly room: Room; readonly isTyping: boolean }
  | { readonly type: 'sign-in'; readonly token: string }
  | { readonly type: 'ping' }

/** A message that the server has taken. */
export interface Line {
  /** 1, 2, 3 … in each room. */
  readonly seq: number
  readonly id: string
  readonly from: Member
  readonly text: string
  /** Epoch ms. */
  readonly at: number
}

/** What happens in a room. */
export type RoomNews =
  | {
      readonly type: 'joined'
      readonly lines: readonly Line[]
      /** Whether these lines are all there is to show, and replace what the client has. */
      readonly isWhole: boolean
      readonly members: readonly Member[]
      readonly typing: readonly Member[]
    }
  | { readonly type: 'said'; readonly line: Line }
  | { readonly type: 'members'; readonly members: readonly Member[] }
  | { readonly type: 'typing'; readonly members: readonly Member[] }

/** It, as it is told. `seq`: that of the room's newest line, so that any of these can be resumed after. */
export type RoomMessage = RoomNews & { readonly room: Room; readonly seq: number }

/** Why the server did not take a message. Once it is answered, it is not sent again by itself. */
export interface Rejection {
  readonly type: 'rejected'
  readonly id: string
  /** `'rate'`: the same message may be taken later. */
  readonly reason: 'rate' | 'size'
  /** For people. */
  readonly text: string
}

export type ServerMessage =
  | RoomMessage
  | { readonly type: 'ack'; readonly id: string }
  | Rejection
  | { readonly type: 'signed-in' }
  | { readonly type: 'refused' }
  | { readonly type: 'pong' }

/** `POST /token`, with `{ member }`. */
export interface IssuedToken {
  readonly value: string
  /** Epoch ms. */
  readonly expiresAt: number
}

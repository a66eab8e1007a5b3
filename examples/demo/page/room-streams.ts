import { filter, map, type Observable, repeat, share } from 'rxjs'
import {
  isAcknowledgement,
  type Member,
  type SaidMessage,
  type ServerMessage,
} from '../shared/room-messages.ts'
import type { RoomConnection } from './connection.ts'

/** What the room says, by kind. */
export interface RoomStreams {
  /** All of it. */
  readonly heard$: Observable<ServerMessage>
  /** Everything that anybody said. */
  readonly said$: Observable<SaidMessage>
  /** The numbers of this page's own messages that the room answers for. */
  readonly acknowledged$: Observable<readonly number[]>
  readonly you$: Observable<Member>
  /** One for each connection that the room holds; a dead one may still be among them. */
  readonly members$: Observable<readonly Member[]>
}

export function roomStreams({ messages$ }: RoomConnection): RoomStreams {
  // `messages$` completes at `closed`. To subscribe again waits for the next `open()`.
  const heard$ = messages$.pipe(repeat(), share())
  const you$ = heard$.pipe(
    filter(isWelcome),
    map(({ you }) => you),
    share(),
  )
  return {
    heard$,
    said$: heard$.pipe(filter(isSaid), share()),
    you$,
    acknowledged$: heard$.pipe(
      filter(isAcknowledgement),
      map(({ ids }) => ids),
      share(),
    ),
    members$: heard$.pipe(
      filter(hasMembers),
      map(({ members }) => members),
    ),
  }
}

function isWelcome(message: ServerMessage): message is Extract<ServerMessage, { type: 'welcome' }> {
  return message.type === 'welcome'
}

function isSaid(message: ServerMessage): message is SaidMessage {
  return message.type === 'say'
}

function hasMembers(message: ServerMessage): message is Extract<ServerMessage, { members: unknown }> {
  return 'members' in message
}

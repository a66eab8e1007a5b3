import { filter, map, type Observable, repeat, share, withLatestFrom } from 'rxjs'
import type { Member, SaidMessage, ServerMessage } from '../shared/room-messages.ts'
import type { RoomConnection } from './connection.ts'

/** What the room says, by kind. */
export interface RoomStreams {
  /** Everything that anybody said. */
  readonly said$: Observable<SaidMessage>
  /** What came back of this page's own. */
  readonly echo$: Observable<SaidMessage>
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
  const said$ = heard$.pipe(filter(isSaid), share())
  return {
    said$,
    you$,
    echo$: said$.pipe(
      withLatestFrom(you$),
      filter(([{ from }, you]) => from.id === you.id),
      map(([message]) => message),
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

function hasMembers(message: ServerMessage): message is Exclude<ServerMessage, SaidMessage> {
  return message.type !== 'say'
}

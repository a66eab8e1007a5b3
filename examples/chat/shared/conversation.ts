import type { Line, Member, Rejection, Room, RoomMessage, SayMessage, ServerMessage } from './messages.ts'

/** A message of this page that the server has not taken yet, or not at all. */
export interface Own {
  readonly message: SayMessage
  readonly problem?: Pick<Rejection, 'reason' | 'text'>
}

/** What a page knows of its room, and what it has said itself. */
export interface Conversation {
  readonly room: Room
  readonly lines: readonly Line[]
  /** In the order in which they are sent, of other rooms too. */
  readonly own: readonly Own[]
  readonly members: readonly Member[]
  readonly typing: readonly Member[]
  /** What else went wrong, for people. */
  readonly trouble: string
}

/** What changes a conversation: what the server says, what the connection tells, what the visitor does. */
export type Happening =
  | ServerMessage
  | { readonly type: 'entered'; readonly room: Room }
  | { readonly type: 'composed'; readonly message: SayMessage }
  | { readonly type: 'restored'; readonly messages: readonly SayMessage[] }
  | { readonly type: 'taken-back'; readonly id: string }
  | { readonly type: 'trouble'; readonly text: string }

export function emptyRoom(room: Room): Conversation {
  return { room, lines: [], own: [], members: [], typing: [], trouble: '' }
}

/** The next conversation; the same one where nothing has changed. A reducer, for whatever holds state. */
export function converse(before: Conversation, what: Happening): Conversation {
  switch (what.type) {
    case 'joined':
    case 'said':
    case 'members':
    case 'typing':
      return what.room === before.room ? hear(before, what) : before
    case 'entered':
      return what.room === before.room ? before : { ...emptyRoom(what.room), own: before.own }
    case 'composed':
      return { ...before, own: [...without(before.own, what.message.id), { message: what.message }] }
    case 'restored': {
      // They go out before all that waits. One that the room has already waits for its answer only.
      const messages = what.messages.filter(({ id }) => before.lines.every((line) => line.id !== id))
      // One that was rejected is among them where the page was left before the outbox had let go of it.
      const own = messages.reduce((rest, { id }) => without(rest, id), before.own)
      return { ...before, own: [...messages.map((message) => ({ message })), ...own] }
    }
    case 'rejected':
      return { ...before, own: before.own.map((own) => (own.message.id === what.id ? fail(own, what) : own)) }
    case 'ack':
    case 'taken-back':
      return { ...before, own: without(before.own, what.id) }
    case 'trouble':
      return { ...before, trouble: what.text }
    default:
      return before
  }
}

function hear(before: Conversation, what: RoomMessage): Conversation {
  switch (what.type) {
    case 'joined': {
      const { members, typing } = what
      return { ...listed(before, what.isWhole ? [] : before.lines, what.lines), members, typing }
    }
    case 'said':
      return listed(before, before.lines, [what.line])
    case 'members':
      return { ...before, members: what.members }
    case 'typing':
      return { ...before, typing: what.members }
    default:
      return what satisfies never
  }
}

/** With more lines: what is among them is not waiting any more, though its answer may come later. */
function listed(before: Conversation, known: readonly Line[], more: readonly Line[]): Conversation {
  const own = more.reduce((rest, { id }) => without(rest, id), before.own)
  const last = known.at(-1)?.seq ?? 0
  return { ...before, own, lines: [...known, ...more.filter(({ seq }) => seq > last)] }
}

function without(own: readonly Own[], id: string): readonly Own[] {
  return own.some(({ message }) => message.id === id) ? own.filter(({ message }) => message.id !== id) : own
}

function fail({ message }: Own, { reason, text }: Rejection): Own {
  return { message, problem: { reason, text } }
}

import type { Conversation, Own } from './conversation.ts'
import type { Line, SayMessage } from './messages.ts'

/** How far a message of this page has come. `'sent'`: the socket has it, which proves nothing yet. */
export type Progress = 'pending' | 'sent' | 'acknowledged' | 'rejected'

/** A style with a colour; stylesheets make of it what is legible. */
// No interface: Vue wants one to which other properties could belong.
export type Hue = { readonly '--hue': number }

/** A button below a message that was not taken. */
export type Remedy =
  | { readonly label: 'Edit'; readonly edit: SayMessage }
  /** As they are, and in this order. */
  | { readonly label: `Try ${string}again`; readonly again: readonly SayMessage[] }

/** One message as it is shown; it keeps its `id`, and so its element, from pending to acknowledged. */
export interface Row {
  readonly id: string
  readonly name: string
  readonly style: Hue
  readonly text: string
  readonly time: string
  /** Only of what this page has said. */
  readonly progress?: Progress
  /** Set where it was not taken: what to do about it. */
  readonly rejected?: { readonly why: string; readonly remedies: readonly Remedy[] }
}

/** The words for it, beside its mark. */
export const PROGRESS_TEXT: Readonly<Record<Progress, string>> = {
  pending: 'Pending',
  sent: 'Sent',
  acknowledged: 'Acknowledged',
  rejected: 'Not sent',
}

/**
 * The messages of a room, oldest first; last what this page has said and the server has not taken yet.
 *
 * @param inFlight - Of the outbox: how many were written and not answered. They are sent in order, so these
 * are the first of them.
 */
export function rowsOf({ room, lines, own }: Conversation, you: string, inFlight: number): Row[] {
  const waiting = own.filter(({ problem }) => problem === undefined)
  const progress = (one: Own): Progress => {
    if (one.problem) return 'rejected'
    return waiting.indexOf(one) < inFlight ? 'sent' : 'pending'
  }
  const ofRoom = own.filter(({ message }) => message.room === room)
  const again = ofRoom.filter(({ problem }) => problem?.reason === 'rate').map(({ message }) => message)
  return [
    ...lines.map((line) => rowOfLine(line, you)),
    ...ofRoom.map((one) => rowOfOwn(one, progress(one), again)),
  ]
}

function rowOfLine({ id, from, text, at }: Line, you: string): Row {
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  const row = { id, text, time, style: { '--hue': from.hue } }
  return from.id === you ? { ...row, name: 'You', progress: 'acknowledged' } : { ...row, name: from.name }
}

function rowOfOwn({ message, problem }: Own, progress: Progress, again: readonly SayMessage[]): Row {
  const row = { id: message.id, name: 'You', style: { '--hue': 0 }, text: message.text, time: '', progress }
  if (!problem) return row
  const remedies =
    problem.reason === 'rate' ? tries(message, again) : [{ label: 'Edit', edit: message } as const]
  return { ...row, rejected: { why: problem.text, remedies } }
}

/** The newest of several offers to try all of them. */
function tries(message: SayMessage, all: readonly SayMessage[]): readonly Remedy[] {
  const one: Remedy = { label: 'Try again', again: [message] }
  if (all.length === 1 || all.at(-1) !== message) return [one]
  return [one, { label: `Try all ${all.length} again`, again: all }]
}

/** Who is here, the visitor first. */
export function tellMembers(
  { members }: Conversation,
  you: string,
): { id: string; name: string; style: Hue }[] {
  const self = members.filter(({ id }) => id === you)
  const others = members.filter(({ id }) => id !== you)
  return [...self, ...others].map(({ id, name, hue }) => {
    return { id, name: id === you ? `${name} (you)` : name, style: { '--hue': hue } }
  })
}

/** Who else is typing, in a sentence; empty for nobody. */
export function tellTyping({ typing }: Conversation, you: string): string {
  const names = typing.filter(({ id }) => id !== you).map(({ name }) => name)
  if (names.length === 0) return ''
  if (names.length > 2) return 'Several people are typing…'
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`
}

/** Why the newest message that was not taken was not, or what else went wrong; empty where all is well. */
export function tellProblem({ own, trouble }: Conversation): string {
  const problem = own.findLast((one) => one.problem)?.problem
  return problem ? `Not sent. ${problem.text}` : trouble
}

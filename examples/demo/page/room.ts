import { animationFrameScheduler, auditTime, merge, type Observable, Subscription } from 'rxjs'
import type { Member } from '../shared/room-messages.ts'
import { byId, make, setText } from './dom.ts'
import { formatCount } from './format.ts'
import type { Lab } from './lab.ts'
import { CLIENT_NAMES } from './lab-client.ts'
import { MessageList } from './message-list.ts'
import type { GivenUp } from './our-client.ts'
import type { RoomStreams } from './room-streams.ts'
import type { Sender } from './sender.ts'

/** Who is here, what is said, and the line to say something. */
export function mountRoom(
  sender: Sender,
  room: RoomStreams,
  lab: Lab,
  givenUp$: Observable<GivenUp>,
): Subscription {
  const list = new MessageList(byId('messages', HTMLElement))
  const subscription = new Subscription()
  let you: Member | undefined
  subscription.add(
    room.you$.subscribe((member) => {
      you = member
      showYou(member)
    }),
  )
  subscription.add(room.members$.subscribe((members) => showMembers(members, hintsOf(lab))))
  subscription.add(sender.sent$.subscribe((message) => list.addOwn(message)))
  subscription.add(
    room.said$.subscribe((message) => {
      // Of this page's own it shows what it sent, and when the room has answered for it.
      if (message.from.id !== you?.id) list.hear(message)
    }),
  )
  subscription.add(
    room.acknowledged$.subscribe((ids) => {
      for (const id of ids) list.answer(id)
    }),
  )
  subscription.add(givenUp$.subscribe((message) => list.giveUp(message)))
  const frames$ = merge(sender.sent$, room.said$, room.acknowledged$, givenUp$).pipe(
    auditTime(0, animationFrameScheduler),
  )
  subscription.add(frames$.subscribe(() => list.render()))
  mountForm(sender)
  return subscription
}

function mountForm(sender: Sender): void {
  const input = byId('say-text', HTMLInputElement)
  const error = byId('say-error', HTMLElement)
  byId('say', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '') return
    const problem = sender.say(text)
    setText(error, problem ?? '')
    if (problem === undefined) input.value = ''
  })
}

function showYou(you: Member): void {
  const name = byId('you', HTMLElement)
  setText(name, you.name)
  name.style.setProperty('--hue', String(you.hue))
}

/** What is known of members, by id. */
function hintsOf({ clients }: Lab): ReadonlyMap<string, string> {
  return new Map(clients.map(({ member, key }) => [member, key === 'plain' ? 'you' : CLIENT_NAMES[key]]))
}

function showMembers(members: readonly Member[], hints: ReadonlyMap<string, string>): void {
  setText(byId('members', HTMLElement), formatCount(members.length))
  setText(byId('members-unit', HTMLElement), members.length === 1 ? 'connection' : 'connections')
  const counts = new Map<string, { member: Member; count: number }>()
  for (const member of members) {
    const count = (counts.get(member.id)?.count ?? 0) + 1
    counts.set(member.id, { member, count })
  }
  const chips = [...counts.values()].map(({ member, count }) => {
    const chip = make('li', '', member.name)
    chip.style.setProperty('--hue', String(member.hue))
    const hint = hints.get(member.id)
    if (hint !== undefined) chip.append(make('span', 'hint', hint))
    // The room still holds a connection of ours that is dead: it has no heartbeat either.
    if (count > 1) chip.append(make('span', 'hint', `×${count}, not all alive`))
    return chip
  })
  byId('people', HTMLElement).replaceChildren(...chips)
}

import { connect, isHoldfastError } from '@holdfast/core'
import {
  BehaviorSubject,
  combineLatest,
  filter,
  map,
  merge,
  repeat,
  Subject,
  scan,
  shareReplay,
  startWith,
  switchMap,
} from 'rxjs'
import { CHAT_URL, chatOptions, isAnswer } from '../shared/connection.ts'
import { newsOf } from '../shared/connection-news.ts'
import { converse, type Happening } from '../shared/conversation.ts'
import { ROOMS, type Room, type SayMessage } from '../shared/messages.ts'
import { firstRoom, keepRejected } from '../shared/rejected.ts'
import { compose, roomChannel, TYPING_OPTIONS, typingNotice } from '../shared/room-channel.ts'
import { type Remedy, rowsOf, tellMembers, tellProblem, tellTyping } from '../shared/rows.ts'
import { visitor } from '../shared/visitor.ts'
import { byId, fill, make } from './dom.ts'
import { messageList } from './message-list.ts'
import { mountReconnectBanner } from './reconnect-banner.ts'

const you = visitor()
const connection = connect(CHAT_URL, chatOptions(you))
const room$ = new BehaviorSubject<Room>('lobby')
const mine$ = new Subject<Happening>()

const atFirst = firstRoom(you)
const conversation$ = merge(
  mine$,
  room$.pipe(map((room): Happening => ({ type: 'entered', room }))),
  // It completes where the connection is closed; asked once more, it waits for open().
  room$.pipe(switchMap((room) => connection.channel(roomChannel(room)).pipe(repeat()))),
  connection.messages$.pipe(repeat(), filter(isAnswer)),
  newsOf(connection),
).pipe(scan(converse, atFirst), startWith(atFirst), shareReplay(1))

const text = byId('text', HTMLInputElement)
combineLatest([conversation$, connection.outbox$])
  .pipe(map(([conversation, { inFlight }]) => rowsOf(conversation, you, inFlight)))
  .subscribe(messageList(byId('log', HTMLElement), remedy))
conversation$.subscribe((conversation) => {
  keepRejected(you, conversation)
  fill(byId('typing', HTMLElement), tellTyping(conversation, you))
  fill(byId('problem', HTMLElement), tellProblem(conversation))
  byId('members', HTMLElement).replaceChildren(
    ...tellMembers(conversation, you).map(({ name, style }) =>
      make('li', { style: `--hue: ${style['--hue']}` }, name),
    ),
  )
})
mountReconnectBanner(byId('banner', HTMLElement), connection, () => text.focus())

for (const room of ROOMS) {
  const button = make('button', { type: 'button' }, room)
  button.addEventListener('click', () => room$.next(room))
  room$.subscribe((chosen) => button.setAttribute('aria-pressed', String(chosen === room)))
  byId('rooms', HTMLElement).append(button)
}

const isNews = typingNotice()
text.addEventListener('input', () => {
  const isTyping = text.value !== ''
  if (!isNews(isTyping)) return
  connection.send({ type: 'typing', room: room$.value, isTyping }, TYPING_OPTIONS)
})

byId('composer', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  if (text.value.trim() === '') return
  say(compose(room$.value, text.value.trim()))
  text.value = ''
  isNews(false)
})

function say(message: SayMessage): void {
  mine$.next({ type: 'composed', message })
  try {
    connection.send(message)
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    mine$.next({ type: 'rejected', id: message.id, reason: 'rate', text: error.message })
  }
}

function remedy(chosen: Remedy): void {
  text.focus()
  if ('again' in chosen) return chosen.again.forEach(say)
  mine$.next({ type: 'taken-back', id: chosen.edit.id })
  text.value = chosen.edit.text
}

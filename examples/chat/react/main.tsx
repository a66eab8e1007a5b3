import { useChannel, useMessages, useWebSocket } from '@holdfast/react'
import { type FormEvent, type ReactNode, StrictMode, useEffect, useReducer, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { CHAT_URL, chatOptions, isAnswer } from '../shared/connection.ts'
import { newsOf } from '../shared/connection-news.ts'
import { converse } from '../shared/conversation.ts'
import { ROOMS, type SayMessage } from '../shared/messages.ts'
import { firstRoom, keepRejected } from '../shared/rejected.ts'
import { compose, roomChannel, TYPING_OPTIONS, typingNotice } from '../shared/room-channel.ts'
import { type Remedy, rowsOf, tellMembers, tellProblem, tellTyping } from '../shared/rows.ts'
import { visitor } from '../shared/visitor.ts'
import { MessageList } from './message-list.tsx'
import { ReconnectBanner } from './reconnect-banner.tsx'

const you = visitor()
const options = chatOptions(you)
const isNews = typingNotice()

function Chat(): ReactNode {
  const { connection, send, outbox } = useWebSocket(CHAT_URL, options)
  const [conversation, happen] = useReducer(converse, you, firstRoom)
  const { room } = conversation
  const [text, setText] = useState('')
  const box = useRef<HTMLInputElement>(null)

  useChannel(connection, roomChannel(room), happen)
  useMessages(connection, (message) => isAnswer(message) && happen(message))
  useEffect(() => {
    const subscription = connection && newsOf(connection).subscribe(happen)
    return () => subscription?.unsubscribe()
  }, [connection])
  useEffect(() => keepRejected(you, conversation), [conversation])

  function type(words: string): void {
    setText(words)
    const isTyping = words !== ''
    if (isNews(isTyping)) send({ type: 'typing', room, isTyping }, TYPING_OPTIONS)
  }

  function say(message: SayMessage): void {
    happen({ type: 'composed', message })
    const { id } = message
    if (!send(message)) happen({ type: 'rejected', id, reason: 'rate', text: 'Too much is waiting.' })
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() === '') return
    say(compose(room, text.trim()))
    setText('')
    isNews(false)
  }

  function remedy(chosen: Remedy): void {
    box.current?.focus()
    if ('again' in chosen) return chosen.again.forEach(say)
    happen({ type: 'taken-back', id: chosen.edit.id })
    setText(chosen.edit.text)
  }

  return (
    <>
      <fieldset className="rooms" aria-label="Rooms">
        {ROOMS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === room}
            onClick={() => happen({ type: 'entered', room: name })}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <ReconnectBanner connection={connection} onTry={() => box.current?.focus()} />
      <ul className="members" aria-label="Who is here">
        {tellMembers(conversation, you).map(({ id, name, style }) => (
          <li key={id} style={style}>
            {name}
          </li>
        ))}
      </ul>
      <MessageList rows={rowsOf(conversation, you, outbox.inFlight)} onRemedy={remedy} />
      <p className="typing" aria-live="polite">
        {tellTyping(conversation, you)}
      </p>
      <form className="composer" onSubmit={submit}>
        <label htmlFor="text">Message</label>
        <input
          id="text"
          ref={box}
          value={text}
          autoComplete="off"
          placeholder="Say something"
          onChange={(event) => type(event.target.value)}
        />
        <button type="submit" className="button primary">
          Send
        </button>
      </form>
      <p className="problem" role="alert">
        {tellProblem(conversation)}
      </p>
    </>
  )
}

createRoot(document.querySelector('#app') ?? document.body).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
)

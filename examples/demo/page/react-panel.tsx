import { useLastMessage, useMessages, useWebSocket } from '@holdfast/react'
import { type CSSProperties, type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Member, ServerMessage } from '../shared/room-messages.ts'
import type { RoomOptions } from './connection.ts'
import { formatCount } from './format.ts'
import type { OurClient } from './our-client.ts'
import { tellButton, tellMessage } from './panel-text.ts'

/** The room once more, through `@holdfast/react` and a connection of its own. */
export function mountReactPanel(container: HTMLElement, props: PanelProps): void {
  // At once, as the page is shown when its panels are filled.
  flushSync(() => createRoot(container).render(<ReactPanel {...props} />))
}

interface PanelProps {
  readonly url: string
  readonly options: RoomOptions
  /** Numbers what is sent, for the scoreboard. */
  readonly client: OurClient
}

function ReactPanel({ url, options, client }: PanelProps): ReactNode {
  const { status, send, connection } = useWebSocket(url, options)
  // Answers come ten times a second and are nothing to read: what was said stays.
  const lastSaid = useRef<ServerMessage>(undefined)
  const lastMessage = useLastMessage(connection, () => lastSaid.current)
  const you = useRef<Member>(undefined)
  const received = useRef(0)
  // Called for every message, and renders nothing: `useLastMessage` does, once a frame.
  useMessages(connection, (message) => {
    if (message.type === 'ack') return
    received.current += 1
    lastSaid.current = message
    if (message.type === 'welcome') you.current = message.you
  })
  useEffect(() => {
    if (connection) client.attach(connection)
  }, [client, connection])
  // What React is told never to do in a render, since it counts renders.
  const renders = useRef(0)
  renders.current += 1

  function say(text: string): boolean {
    const isTaken = send({ type: 'say', id: client.book.nextId, text })
    if (isTaken) client.book.take()
    return isTaken
  }

  const told = tellMessage(lastMessage)
  return (
    <>
      <header className="card-head">
        <h2 id="react-heading">React</h2>
        <p className="binding-state" data-testid="react-status" data-status={status}>
          {status}
        </p>
      </header>
      <p className="tally" data-testid="react-tally">
        <span>
          <b className="number">{formatCount(received.current)}</b> messages,
        </span>{' '}
        <span>
          <b className="number">{formatCount(renders.current)}</b> renders
        </span>
      </p>
      <p className="binding-who">
        <span style={hueOf(you.current)} data-testid="react-you">
          {you.current?.name ?? '…'}
        </span>
        , on a connection of its own
      </p>
      <div className="last">
        <p className="last-label">Last message</p>
        <p>
          <b style={hueOf(told)}>{told.name}</b> <span data-testid="react-last">{told.text}</span>
        </p>
      </div>
      <SayForm onSay={say} />
      <button
        type="button"
        className="button"
        data-testid="react-reconnect"
        // Both words do the same: from `closed` and from `waiting` too it dials at once.
        onClick={() => connection?.reconnect()}
      >
        {tellButton(status)}
      </button>
    </>
  )
}

/** With its own state, so that typing renders this form and not the panel. */
function SayForm({ onSay }: { readonly onSay: (text: string) => boolean }): ReactNode {
  const [text, setText] = useState('')
  const [isTaken, setTaken] = useState(true)

  function say(event: FormEvent): void {
    event.preventDefault()
    const words = text.trim()
    if (words === '') return
    const isNowTaken = onSay(words)
    setTaken(isNowTaken)
    if (isNowTaken) setText('')
  }

  return (
    <>
      <form className="say" onSubmit={say}>
        <label className="grow">
          <span className="visually-hidden">Message of the React panel</span>
          <input
            data-testid="react-text"
            value={text}
            maxLength={500}
            autoComplete="off"
            placeholder="Say something"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary" data-testid="react-send">
          Send
        </button>
      </form>
      <p className="say-error" role="alert">
        {isTaken ? '' : 'send() returned false: the queue is full, or the connection closed.'}
      </p>
    </>
  )
}

/** React's types know no custom properties. */
function hueOf({ hue }: { readonly hue?: number } = {}): CSSProperties {
  return hue === undefined ? {} : ({ '--hue': hue } as CSSProperties)
}

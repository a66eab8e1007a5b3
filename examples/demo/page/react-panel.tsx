import { useLastMessage, useMessages, useWebSocket } from '@holdfast/react'
import { type CSSProperties, type FormEvent, type ReactNode, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { Member } from '../shared/room-messages.ts'
import type { RoomOptions } from './connection.ts'
import { formatCount } from './format.ts'
import { tellButton, tellMessage } from './panel-text.ts'

/** The room once more, through `@holdfast/react` and a connection of its own. */
export function mountReactPanel(container: HTMLElement, url: string, options: RoomOptions): void {
  createRoot(container).render(<ReactPanel url={url} options={options} />)
}

interface PanelProps {
  readonly url: string
  readonly options: RoomOptions
}

function ReactPanel({ url, options }: PanelProps): ReactNode {
  const { status, send, connection } = useWebSocket(url, options)
  const lastMessage = useLastMessage(connection)
  const you = useRef<Member>(undefined)
  const received = useRef(0)
  // Called for every message, and renders nothing: `useLastMessage` does, once a frame.
  useMessages(connection, (message) => {
    received.current += 1
    if (message.type === 'welcome') you.current = message.you
  })
  // What React is told never to do in a render, since it counts renders.
  const renders = useRef(0)
  renders.current += 1

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
      <SayForm onSay={(text, id) => send({ type: 'say', id, text })} />
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
function SayForm({ onSay }: { readonly onSay: (text: string, id: number) => boolean }): ReactNode {
  const [text, setText] = useState('')
  const [isTaken, setTaken] = useState(true)
  const lastId = useRef(0)

  function say(event: FormEvent): void {
    event.preventDefault()
    const words = text.trim()
    if (words === '') return
    const isNowTaken = onSay(words, lastId.current + 1)
    setTaken(isNowTaken)
    if (!isNowTaken) return
    lastId.current += 1
    setText('')
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
            placeholder="Say something from React"
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

import { json } from '@holdfast/core'
import { useLastMessage, useMessages, useWebSocket } from '@holdfast/react'
import { type ReactElement, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import peer from 'react-use-websocket'

interface Tick {
  readonly id: number
  readonly price: number
}

// What comes of a CommonJS module differs with who bundles it.
const useWebSocketOfPeer = (peer as typeof peer & { default?: typeof peer }).default ?? peer

/** What the page tells the bench. */
export interface Tally {
  /** Messages that the code of the page was given. */
  seen: number
  renders: number
  last: number
  frames: number
}

const tally: Tally = { seen: 0, renders: 0, last: -1, frames: 0 }
const url = `ws://${location.host}`
const options = { codec: json<Tick>() }

/** The work that each message is for: the same in all variants. */
function handle({ id }: Tick): void {
  tally.seen += 1
  tally.last = id
}

function useTally(tick: Tick | null | undefined): ReactElement {
  tally.renders += 1
  useEffect(() => {
    if (tick) handle(tick)
  }, [tick])
  return <p>{tick?.price}</p>
}

function Messages(): null {
  tally.renders += 1
  const { connection } = useWebSocket(url, options)
  useMessages(connection, handle)
  return null
}

function LastMessage(): ReactElement {
  const { connection } = useWebSocket(url, options)
  return useTally(useLastMessage(connection))
}

function LastMessageField(): ReactElement {
  return useTally(useWebSocket(url, options).lastMessage)
}

function Peer(): ReactElement {
  return useTally(useWebSocketOfPeer<Tick | null>(url).lastJsonMessage)
}

function SetState(): ReactElement {
  const [tick, setTick] = useState<Tick>()
  useEffect(() => {
    const socket = new WebSocket(url)
    socket.onmessage = ({ data }) => setTick(JSON.parse(data))
    return () => socket.close()
  }, [])
  return useTally(tick)
}

const variants: Record<string, () => ReactElement | null> = {
  useMessages: Messages,
  useLastMessage: LastMessage,
  'useWebSocket().lastMessage': LastMessageField,
  'react-use-websocket': Peer,
  'setState in onmessage': SetState,
}

function countFrame(): void {
  tally.frames += 1
  requestAnimationFrame(countFrame)
}

const name = new URLSearchParams(location.search).get('variant') ?? ''
const Variant = variants[name]
const root = document.getElementById('root')
if (Variant && root) createRoot(root).render(<Variant />)
else new WebSocket(url).onmessage = ({ data }) => handle(JSON.parse(data))
requestAnimationFrame(countFrame)

Object.assign(globalThis, { tally, variants: Object.keys(variants) })

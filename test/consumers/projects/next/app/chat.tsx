'use client'

import { useMessages, useWebSocket } from '@holdfast/react'

export function Chat() {
  const { status, send, connection } = useWebSocket('wss://example.com/chat')
  useMessages(connection, (message) => console.log(message))
  return (
    <button type="button" onClick={() => send('hello')}>
      {status}
    </button>
  )
}

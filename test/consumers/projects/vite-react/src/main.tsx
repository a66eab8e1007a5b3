import { useMessages, useWebSocket } from '@holdfast/react'
import { createRoot } from 'react-dom/client'

function Chat() {
  const { status, send, connection } = useWebSocket('wss://example.com/chat')
  useMessages(connection, (message) => console.log(message))
  return (
    <button type="button" onClick={() => send('hello')}>
      {status}
    </button>
  )
}

const root = document.querySelector('#root')
if (root) createRoot(root).render(<Chat />)

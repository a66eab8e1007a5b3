import {
  type Connection,
  type ConnectionState,
  connect,
  HoldfastError,
  json,
  queryParameter,
} from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import { fakeServer, virtualClock } from '@holdfast/core/testing'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import {
  type UseWebSocketOptions,
  useMessages as useReactMessages,
  useWebSocket as useReactSocket,
} from '@holdfast/react'
import { useMessages as useVueMessages, useWebSocket as useVueSocket } from '@holdfast/vue'

interface Message {
  readonly text: string
}

export const chat: Connection<Message, Message> = connect('wss://example.com/chat', {
  codec: json<Message>(),
  queue: { storage: indexedDbOutbox({ name: 'chat' }) },
})
export const status: ConnectionState['status'] = chat.state.status
chat.messages$.subscribe(({ text }) => console.log(text.length))
// @ts-expect-error: a number is no text.
chat.send({ text: 1 })

// What a library makes of it has types that its own declarations can name.
export const raw = connect('wss://example.com')
export const useLive = (options?: UseWebSocketOptions) => useReactSocket('wss://example.com', options)
export const useLiveInVue = (options?: UseWebSocketOptions) => useVueSocket('wss://example.com', options)

export const Native: typeof WebSocket = ReconnectingWebSocket.with({ reconnect: false })
export const isOurs = (error: unknown): error is HoldfastError => error instanceof HoldfastError

export function useChatInReact(): string {
  const { connection, status } = useReactSocket<Message, Message>('wss://example.com/chat', {
    codec: json<Message>(),
    auth: { token: () => 'a token', via: queryParameter() },
    queue: { storage: indexedDbOutbox({ name: 'chat in React' }) },
  })
  useReactMessages(connection, ({ text }) => console.log(text.length))
  return status
}

export function useChatInVue(): void {
  const { connection, status } = useVueSocket<Message, Message>('wss://example.com/chat', {
    codec: json<Message>(),
  })
  useVueMessages(connection, ({ text }) => console.log(text.length, status.value.length))
}

export const server = fakeServer('wss://example.com/chat')
export const clock = virtualClock()

'use client'

export type {
  ChannelViewOptions,
  CodecOptions,
  RawOptions,
  ReleaseReport,
  RequestState,
  RequestWays,
  SchemaOptions,
  UseWebSocketOptions,
  ViewOptions,
} from '@holdfast/core/bindings'
export { ConnectionProvider, type ConnectionProviderProps, useConnection } from './provider.tsx'
export { useChannel } from './use-channel.ts'
export { useConnectionState } from './use-connection-state.ts'
export { useLastMessage } from './use-last-message.ts'
export { useMessageHistory } from './use-message-history.ts'
export { useMessages } from './use-messages.ts'
export { useOutbox } from './use-outbox.ts'
export { type UseRequestReturn, useRequest } from './use-request.ts'
export type { MaybeConnection } from './use-snapshot.ts'
export { type UseWebSocketReturn, useWebSocket } from './use-web-socket.ts'

export type { Auth, SignIn, Token, TokenCarrier, TokenCarrierOptions, TokenContext } from './auth.ts'
export {
  type Backoff,
  type BackoffContext,
  type BackoffOptions,
  constant,
  decorrelatedJitter,
  exponential,
  fullJitter,
} from './backoff.ts'
export {
  type FirstMessageOptions,
  firstMessage,
  queryParameter,
  subprotocol,
  tokenCarrier,
} from './carriers.ts'
export type { Verdict } from './close-codes.ts'
export type { ReconnectCallOptions } from './connection.ts'
export type { DeliveryOptions } from './delivery.ts'
export type { Environment } from './environment.ts'
export { HoldfastError, type HoldfastErrorCode, isHoldfastError } from './errors.ts'
export type { ConnectionEvent } from './events.ts'
export type { HeartbeatOptions } from './heartbeat-options.ts'
export { type LogLevel, logger } from './logger.ts'
export type { QueueOptions, ReconnectOptions } from './options.ts'
export { ReconnectingWebSocket } from './reconnecting-websocket.ts'
export type { CloseInfo, ConnectionState } from './state.ts'
export type { ProtocolsSource, UrlSource } from './url.ts'
export type { WebSocketOptions } from './websocket-options.ts'

export type { BoundedIterable } from './async-iterable.ts'
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
export type { BufferOptions, BufferOverflow } from './backpressure.ts'
export {
  type FirstMessageOptions,
  firstMessage,
  queryParameter,
  subprotocol,
  tokenCarrier,
} from './carriers.ts'
export type { ChannelOptions } from './channel.ts'
export type { Verdict } from './close-codes.ts'
export {
  binary,
  type Codec,
  type JsonOptions,
  json,
  type RawIncoming,
  type RawOutgoing,
  raw,
  text,
} from './codec.ts'
export type { SendOptions } from './composer.ts'
export { connect } from './connect.ts'
export type { CloseOptions, ReconnectCallOptions } from './connection.ts'
export type { DeliverOptions, DeliveryId, DeliveryOptions, Receipt } from './delivery.ts'
export type { Target } from './dial.ts'
export type { DropReason } from './entry.ts'
export type { Environment, Signal, WebSocketConstructor, WebSocketLike } from './environment.ts'
export {
  HoldfastError,
  type HoldfastErrorCode,
  type HoldfastErrorOptions,
  isHoldfastError,
} from './errors.ts'
export type { ConnectionEvent, TransitionCause } from './events.ts'
export type { HeartbeatOptions } from './heartbeat-options.ts'
export { type LogLevel, logger } from './logger.ts'
export { bufferFrames, conflate, type MapBoundedOptions, mapBounded, toAsyncIterable } from './operators.ts'
export type { ConnectionOptions, QueueOptions, ReconnectOptions, TypedOptions } from './options.ts'
export type { OutboxSnapshot } from './outbox-snapshot.ts'
export type {
  IdentifiedRequest,
  MatchedRequest,
  RequestId,
  RequestOptions,
  RequestSettings,
} from './request-options.ts'
export type { StandardSchemaV1 } from './schema.ts'
export type {
  ClosedState,
  CloseInfo,
  CloseReport,
  ClosingState,
  ConnectingState,
  ConnectionState,
  IdleState,
  OpenState,
  SuspendedState,
  WaitingState,
} from './state.ts'
export type { OutboxStorage } from './storage/outbox-storage.ts'
export type { StoredChanges, StoredMessage } from './storage/stored-message.ts'
export { Connection } from './streams.ts'
export type { ProtocolsSource, UrlSource } from './url.ts'

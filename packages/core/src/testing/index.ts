export type { Close as FakeClose } from '../websocket-events.ts'
export type { FakeServerUrl } from './address.ts'
export type { AnswerOptions } from './answers.ts'
export type { AcceptOptions, CloseOptions, DropOptions } from './closing.ts'
export { fakeServer } from './create-server.ts'
export type { FakeConnection, FakeServerMessage } from './fake-connection.ts'
export {
  type FakeEnvironment,
  type FakeEnvironmentOptions,
  fakeEnvironment,
  seededRandom,
} from './fake-environment.ts'
export type { FakeServer } from './fake-server.ts'
export { type FakeNetwork, type FakePage, type FakeSignals, fakeSignals } from './fake-signals.ts'
export {
  type HoldfastMatchers,
  holdfastMatchers,
  type MatcherContext,
  type MatcherResult,
} from './matchers.ts'
export { type MemoryOutbox, MemoryStore, memoryOutbox } from './memory-outbox.ts'
export { type ContractCase, outboxStorageContract, type StorageUnderTest } from './outbox-storage-contract.ts'
export type { FakeAnswer, FakeServerEvents } from './script.ts'
export type { FakeServerOptions } from './server-options.ts'
export { type ClockEnvironment, type VirtualClock, virtualClock } from './virtual-clock.ts'

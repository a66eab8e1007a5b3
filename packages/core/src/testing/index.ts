export { type DialAnswer, FakeServer, type FakeServerOptions, fakeServer } from './fake-server.ts'
export { FakeSocket } from './fake-socket.ts'
export { type ClockEnvironment, type VirtualClock, virtualClock } from './virtual-clock.ts'

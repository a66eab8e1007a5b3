import { fakeServer, virtualClock } from '../../packages/core/src/testing/index.ts'
import { constant, ReconnectingWebSocket, type WebSocketOptions } from '../../packages/core/src/websocket.ts'
import { standing } from './set-up.ts'

export const URL = 'ws://fake.test/room'

/** A class of ours over a scripted server, under a clock that stands: comes back after 1 s. */
export function setUp(options: WebSocketOptions = {}) {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const reported: unknown[] = []
  const bound: WebSocketOptions = {
    reconnect: { backoff: constant(1_000) },
    ...options,
    environment: standing({ clock, server, reported }, options.environment),
  }
  return { clock, server, reported, Bound: ReconnectingWebSocket.with(bound), options: bound }
}

/** What a socket tells, as it tells it: the event, the code of a close, and `readyState` at that moment. */
export function log(socket: ReconnectingWebSocket): unknown[][] {
  const told: unknown[][] = []
  const note = ({ type }: Event) => told.push([type, socket.readyState])
  for (const type of ['open', 'message', 'error']) socket.addEventListener(type, note)
  socket.addEventListener('close', ({ type, code }) => told.push([type, code, socket.readyState]))
  return told
}

export async function setUpOpen(options?: WebSocketOptions) {
  const world = setUp(options)
  const socket = new world.Bound(URL)
  const told = log(socket)
  await world.clock.advance(1)
  return { ...world, socket, told }
}

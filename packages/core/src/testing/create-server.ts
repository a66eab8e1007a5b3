import type { Codec } from '../codec.ts'
import type { FakeServerUrl } from './address.ts'
import { FakeServer } from './fake-server.ts'
import type { FakeServerOptions } from './server-options.ts'

/**
 * Makes a scripted server, and the WebSocket class that leads to it, without a network.
 *
 * @remarks Give {@link FakeServer.environment} to `connect()` or to a hook; or `install()` it, so that whoever
 * uses the global `WebSocket` is led to it. It can do what mock-socket cannot: end with 1006, refuse a handshake
 * or leave it hanging, keep what is sent in `bufferedAmount`, leave a close frame unanswered, swallow everything.
 * @param url - Where it listens.
 * @throws HoldfastError `CONFIGURATION` for a bad URL or option.
 * @example
 * ```ts
 * const server = fakeServer('wss://example.com/chat')
 * const connection = connect('wss://example.com/chat', { environment: server.environment })
 * await server.connected
 * connection.send('hello')
 * server.messages // ['hello']
 * server.drop(1006)
 * ```
 */
export function fakeServer<Incoming, Outgoing = Incoming>(
  url: FakeServerUrl,
  options: FakeServerOptions & { codec: Codec<Incoming, Outgoing> },
): FakeServer<Incoming, Outgoing>
export function fakeServer(url: FakeServerUrl, options?: FakeServerOptions & { codec?: never }): FakeServer
export function fakeServer<Incoming, Outgoing>(
  url: FakeServerUrl,
  options: FakeServerOptions & { codec?: Codec<Incoming, Outgoing> } = {},
): FakeServer<Incoming, Outgoing> {
  return new FakeServer<Incoming, Outgoing>(url, options)
}

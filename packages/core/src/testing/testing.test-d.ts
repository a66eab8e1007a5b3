import { describe, expect, expectTypeOf, it } from 'vitest'
import { json, type RawIncoming, type RawOutgoing, text } from '../codec.ts'
import { type Connection, connect, type WebSocketConstructor } from '../index.ts'
import {
  type FakeConnection,
  type FakeServer,
  type FakeServerMessage,
  fakeEnvironment,
  fakeServer,
  type VirtualClock,
} from './index.ts'
import type {} from './vitest.ts'

const url = 'wss://example.test'

interface Ask {
  readonly ask: string
}
interface Told {
  readonly told: number
}

describe('fakeServer()', () => {
  it('has what a client sends, and sends what a WebSocket takes, without a codec', () => {
    const server = fakeServer(url)
    expectTypeOf(server).toEqualTypeOf<FakeServer>()
    expectTypeOf(server.messages).toEqualTypeOf<readonly FakeServerMessage[]>()
    expectTypeOf(server.nextMessage()).resolves.toEqualTypeOf<FakeServerMessage>()
    expectTypeOf(server.connected).resolves.toEqualTypeOf<FakeConnection>()
    expectTypeOf(server.send).parameter(0).toEqualTypeOf<string | ArrayBuffer | ArrayBufferView | Blob>()
    expectTypeOf(server.install()).toEqualTypeOf<FakeServer>()
    // @ts-expect-error: a codec is needed for that
    server.send({ told: 1 })
    expectTypeOf(fakeServer(/chat$/, { latency: 5 })).toEqualTypeOf<FakeServer>()
  })

  it('has the types of its codec: what it decodes is what comes', () => {
    const server = fakeServer(url, { codec: json<Ask, Told>() })
    expectTypeOf(server).toEqualTypeOf<FakeServer<Ask, Told>>()
    expectTypeOf(server.messages).toEqualTypeOf<readonly Ask[]>()
    expectTypeOf(server.connection.nextMessage()).resolves.toEqualTypeOf<Ask>()
    server.send({ told: 1 })
    // @ts-expect-error: not what it sends
    server.send({ ask: 'why' })
    server.on('message', (message, connection) => {
      expectTypeOf(message).toEqualTypeOf<Ask>()
      expectTypeOf(connection).toEqualTypeOf<FakeConnection<Ask, Told>>()
    })
    server.on('close', (close) => {
      expectTypeOf(close).toEqualTypeOf<{
        readonly code: number
        readonly reason: string
        readonly wasClean: boolean
      }>()
    })
    server.reply(({ ask }) => (ask === 'now' ? { told: 1 } : undefined))
    server.reply(async () => ({ told: 1 }))
    // @ts-expect-error: not what it sends
    server.reply(() => 'pong')
    // @ts-expect-error: there is no such event
    server.on('open', () => undefined)
    expectTypeOf(fakeServer(url, { codec: text() })).toEqualTypeOf<FakeServer<string, string>>()
  })

  it('goes where an environment is asked for, and where the native class is', () => {
    const server = fakeServer(url)
    expectTypeOf(server.WebSocket).toExtend<WebSocketConstructor>()
    expectTypeOf(server.WebSocket).toEqualTypeOf<typeof WebSocket>()
    const { environment, clock } = fakeEnvironment({ server })
    expectTypeOf(clock).toEqualTypeOf<VirtualClock>()
    expectTypeOf(connect(url, { environment })).toEqualTypeOf<Connection<RawIncoming, RawOutgoing>>()
    expectTypeOf(connect(url, { environment: server.environment })).toEqualTypeOf<
      Connection<RawIncoming, RawOutgoing>
    >()
    return fakeEnvironment({ server: fakeServer(url, { codec: json<Ask, Told>() }) })
  })
})

describe('the matchers', () => {
  it('know each status, and what its state has', () => {
    const connection = connect(url)
    expect(connection).toBeOpen()
    expect(connection).toHaveStatus('waiting', { attempt: 1, cause: { code: 1006 } })
    expect(connection).toHaveStatus('closed', { by: expect.any(String) })
    // @ts-expect-error: no status
    expect(connection).toHaveStatus('opened')
    // @ts-expect-error: an open connection has no cause
    expect(connection).toHaveStatus('open', { cause: {} })
    // @ts-expect-error: a list is asked for
    expect(connection).toHaveReceivedInOrder('a')
    expectTypeOf(expect(connection).toBeOpen()).toEqualTypeOf<void>()
  })
})

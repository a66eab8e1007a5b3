import { describe, expectTypeOf, it } from 'vitest'
import { type ConnectionState, ReconnectingWebSocket } from './websocket.ts'

const url = 'wss://example.test'

describe('ReconnectingWebSocket', () => {
  it('goes where the native class is asked for', () => {
    expectTypeOf(ReconnectingWebSocket).toExtend<typeof WebSocket>()
    expectTypeOf<ReconnectingWebSocket>().toExtend<WebSocket>()
    const Class: typeof WebSocket = ReconnectingWebSocket
    const Bound: typeof WebSocket = ReconnectingWebSocket.with({ reconnect: false })
    const socket: WebSocket = new Class(url, ['chat'])
    const bound: WebSocket = new Bound(new URL(url))
    return [socket, bound]
  })

  it('has the constants as their numbers, on class and instance', () => {
    expectTypeOf(ReconnectingWebSocket.CLOSED).toEqualTypeOf<3>()
    expectTypeOf(new ReconnectingWebSocket(url).OPEN).toEqualTypeOf<1>()
    expectTypeOf(new ReconnectingWebSocket(url).readyState).toEqualTypeOf<0 | 1 | 2 | 3>()
  })

  it('types its events as the DOM does', () => {
    const socket = new ReconnectingWebSocket(url)
    socket.addEventListener('close', (event) => expectTypeOf(event).toEqualTypeOf<CloseEvent>())
    socket.addEventListener('message', (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>())
    socket.addEventListener('other', (event) => expectTypeOf(event).toEqualTypeOf<Event>())
    socket.onopen = function (event) {
      expectTypeOf(this).toExtend<WebSocket>()
      expectTypeOf(event).toEqualTypeOf<Event>()
    }
    socket.onclose = ({ code }) => expectTypeOf(code).toEqualTypeOf<number>()
    socket.onmessage = null
  })

  it('sends what the native class sends, and nothing else', () => {
    const socket = new ReconnectingWebSocket(url)
    socket.send('text')
    socket.send(new Uint8Array(1))
    socket.send(new DataView(new ArrayBuffer(1)))
    socket.send(new Blob([]))
    // @ts-expect-error an object is no message
    socket.send({ type: 'chat' })
  })

  it('takes functions for URL and subprotocols, and the options of a connection', () => {
    new ReconnectingWebSocket(
      (attempt) => `${url}/?attempt=${attempt}`,
      async () => ['chat'],
      {
        heartbeat: { message: () => 'ping', isReply: (incoming) => incoming === 'pong' },
        delivery: {
          id: String,
          acknowledged: (incoming) => (typeof incoming === 'string' ? incoming : undefined),
        },
        reconnect: { maxAttempts: 3 },
      },
    )
    // @ts-expect-error its messages are what the native class sends
    new ReconnectingWebSocket(url, [], { codec: {} })
    // @ts-expect-error once it has dialled it stays
    new ReconnectingWebSocket(url, [], { lazy: true, idleTimeout: 1 })
  })

  it('binds options to a class like itself', () => {
    const Bound = ReconnectingWebSocket.with({ queue: false })
    expectTypeOf(Bound).toEqualTypeOf<typeof ReconnectingWebSocket>()
    expectTypeOf(new Bound(url).state).toEqualTypeOf<ConnectionState>()
  })
})

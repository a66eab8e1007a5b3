import { WebSocket as MockSocket } from 'mock-socket'
import { WebSocket as UndiciSocket } from 'undici'
import { describe, expectTypeOf, it } from 'vitest'
import { WebSocket as WsSocket } from 'ws'
import type { WebSocketConstructor } from './environment.ts'

describe('environment.WebSocket', () => {
  it('takes the native class, and those of ws, undici and mock-socket, without a cast', () => {
    expectTypeOf<typeof WebSocket>().toExtend<WebSocketConstructor>()
    expectTypeOf(WsSocket).toExtend<WebSocketConstructor>()
    expectTypeOf(UndiciSocket).toExtend<WebSocketConstructor>()
    expectTypeOf(MockSocket).toExtend<WebSocketConstructor>()
  })
})

import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { conform } from '../conformance/run.ts'
import { host } from './host.ts'
import { startLine } from './line.ts'

// The same list for all three: an expectation that is wrong shows at the native class.
const here = { on: [host], startLine } as const

conform('the native WebSocket', {
  ...here,
  on: [host, 'native', `native ${host}`],
  WebSocket,
  comesBack: false,
})

conform('ReconnectingWebSocket, as the native class', {
  ...here,
  WebSocket: ReconnectingWebSocket.with({ reconnect: false, queue: false }),
  comesBack: false,
})

conform('ReconnectingWebSocket', {
  ...here,
  WebSocket: ReconnectingWebSocket.with({ reconnect: { backoff: () => 10 } }),
  comesBack: true,
})

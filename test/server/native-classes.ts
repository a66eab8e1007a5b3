import type { WebSocketConstructor } from '@holdfast/core'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket as WsWebSocket } from 'ws'

/** For `describe.each`: the two classes that a Node process uses, by name. */
export const nativeClasses: readonly (readonly [string, WebSocketConstructor])[] = [
  ['ws', WsWebSocket],
  ['undici', UndiciWebSocket],
]

/** `ws` counts a frame's header among the buffered bytes; this is the longest. */
export const FRAME_HEADER = 14

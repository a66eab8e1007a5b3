import { standsIn } from './environment.ts'
import type { ReconnectingWebSocket } from './reconnecting-websocket.ts'
import type { ProtocolsSource, UrlSource } from './url.ts'
import { shape } from './webidl.ts'
import type { WebSocketOptions } from './websocket-options.ts'

export const READY_STATES = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const

/** The very default: a list that was given comes before that of the options. */
export const NO_PROTOCOLS: string[] = []

/** A class with the outside of the native one: its name, its prototypes, and members of its own. */
export function bound(
  Class: typeof ReconnectingWebSocket,
  options: WebSocketOptions,
): typeof ReconnectingWebSocket {
  const Bound = class WebSocket {
    constructor(url: UrlSource, protocols: ProtocolsSource = NO_PROTOCOLS, own: WebSocketOptions = {}) {
      // biome-ignore lint/complexity/noArguments: a missing one is an error, undefined is a text
      if (arguments.length === 0) throw new TypeError('WebSocket needs a URL.')
      // biome-ignore lint/correctness/noConstructorReturn: super() would need the class among its prototypes
      return Reflect.construct(Class, [url, protocols, { ...options, ...own }], new.target)
    }

    static with(more: WebSocketOptions): typeof ReconnectingWebSocket {
      // biome-ignore lint/complexity/noThisInStatic: as above
      return bound(this as typeof ReconnectingWebSocket, more)
    }
  } as typeof ReconnectingWebSocket
  Object.setPrototypeOf(Bound, EventTarget)
  Object.setPrototypeOf(Bound.prototype, EventTarget.prototype)
  shape(Bound, Class, READY_STATES)
  standsIn(Bound)
  return Bound
}

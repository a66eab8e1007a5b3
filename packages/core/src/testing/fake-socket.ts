import { environmentOf } from '../environment.ts'
import { checkClose, checkProtocols, resolveUrl } from '../url.ts'
import { clampedShort, inDom, inSyntax, isObject, sendable, shape, stringList, usvString } from '../webidl.ts'
import { type Handler, Handlers, WebSocketEventTarget } from '../websocket-events.ts'
import { CLOSED, CLOSING, CONNECTING, FakeLine, OPEN } from './fake-line.ts'

const READY_STATES = { CONNECTING, OPEN, CLOSING, CLOSED } as const

/**
 * A class in the shape of the native one, whose sockets are lines to whoever takes their dials.
 *
 * @param dial - Is told the class that the socket was made of, too: this one, or one that extends it.
 */
export function fakeWebSocket(dial: (line: FakeLine, Class: object) => void): typeof globalThis.WebSocket {
  class WebSocket extends WebSocketEventTarget {
    declare static readonly CONNECTING: 0
    declare static readonly OPEN: 1
    declare static readonly CLOSING: 2
    declare static readonly CLOSED: 3
    declare readonly CONNECTING: 0
    declare readonly OPEN: 1
    declare readonly CLOSING: 2
    declare readonly CLOSED: 3

    readonly #line: FakeLine
    readonly #handlers: Handlers

    constructor(url: string | URL, protocols: string | string[] = []) {
      super()
      // biome-ignore lint/complexity/noArguments: a missing one is an error, undefined is a text
      if (arguments.length === 0) throw new TypeError('WebSocket needs a URL.')
      const text = usvString(url)
      const offered = stringList(protocols)
      const resolved = inSyntax(() => resolveUrl(text, environmentOf().baseUrl))
      this.#handlers = new Handlers(this)
      this.#line = new FakeLine(
        this,
        resolved,
        inSyntax(() => checkProtocols(offered)),
      )
      dial(this.#line, new.target)
    }

    get url(): string {
      return this.#line.url
    }

    get readyState(): 0 | 1 | 2 | 3 {
      return this.#line.readyState
    }

    get bufferedAmount(): number {
      return this.#line.bufferedAmount
    }

    get extensions(): string {
      return this.#line.extensions
    }

    get protocol(): string {
      return this.#line.protocol
    }

    get binaryType(): BinaryType {
      return this.#line.binaryType
    }

    set binaryType(type: BinaryType) {
      const line = this.#line
      const value = usvString(type)
      // As Web IDL says of attributes of an enumeration: other values are ignored.
      if (value === 'blob' || value === 'arraybuffer') line.binaryType = value
    }

    get onopen(): Handler<'open'> {
      return this.#handler('open')
    }

    set onopen(handler: Handler<'open'>) {
      this.#handle('open', handler)
    }

    get onmessage(): Handler<'message'> {
      return this.#handler('message')
    }

    set onmessage(handler: Handler<'message'>) {
      this.#handle('message', handler)
    }

    get onerror(): Handler<'error'> {
      return this.#handler('error')
    }

    set onerror(handler: Handler<'error'>) {
      this.#handle('error', handler)
    }

    get onclose(): Handler<'close'> {
      return this.#handler('close')
    }

    set onclose(handler: Handler<'close'>) {
      this.#handle('close', handler)
    }

    send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
      // biome-ignore lint/complexity/noArguments: a missing one is an error, undefined is a text
      if (arguments.length === 0) throw new TypeError('send() needs data.')
      const line = this.#line
      line.send(sendable(data))
    }

    close(code: number | undefined = undefined, reason: string | undefined = undefined): void {
      const line = this.#line
      const short = code === undefined ? undefined : clampedShort(code)
      const text = reason === undefined ? undefined : usvString(reason)
      inDom('InvalidAccessError', () => checkClose(short, undefined))
      inSyntax(() => checkClose(undefined, text))
      line.close(short, text ?? '')
    }

    #handler<Type extends keyof WebSocketEventMap>(type: Type): Handler<Type> {
      // What was set is returned, callable or not, as the standard says; the types let only handlers in.
      return this.#handlers.get(type) as Handler<Type>
    }

    #handle(type: keyof WebSocketEventMap, handler: unknown): void {
      this.#handlers.set(type, isObject(handler) ? handler : null)
    }
  }
  shape(WebSocket, WebSocket, READY_STATES)
  return WebSocket
}

import { bound, NO_PROTOCOLS, READY_STATES } from './bound-websocket.ts'
import { checkFunction, checkObject } from './checks.ts'
import { type RawIncoming, type RawOutgoing, raw } from './codec.ts'
import { type ReconnectCallOptions, Shell } from './connection.ts'
import { environmentOf, standsIn } from './environment.ts'
import { isHoldfastError } from './errors.ts'
import { type ConnectionState, readyStateOf } from './state.ts'
import { checkClose, checkProtocols, type ProtocolsSource, resolveUrl, type UrlSource } from './url.ts'
import { clampedShort, inDom, inSyntax, isObject, sendable, shape, stringList, usvString } from './webidl.ts'
import { type Handler, Handlers, WebSocketEventTarget } from './websocket-events.ts'
import type { WebSocketOptions } from './websocket-options.ts'
import { EventRelay } from './websocket-relay.ts'

/**
 * A WebSocket that comes back, in the shape of the native class.
 *
 * @remarks `open` is fired at every connection, `close` at every loss; `readyState` is CONNECTING between two
 * attempts and CLOSED only at the end. `send()` queues before and between, unless `queue` is false. With
 * `reconnect: false` there is one connection, for clients that come back by themselves.
 * @see https://websockets.spec.whatwg.org/
 * @example
 * ```ts
 * const socket = new ReconnectingWebSocket('wss://example.com/chat')
 * socket.onmessage = ({ data }) => show(data)
 * socket.send('hello') // queued until open
 * ```
 */
export class ReconnectingWebSocket extends WebSocketEventTarget {
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSING: 2
  declare static readonly CLOSED: 3
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSING: 2
  declare readonly CLOSED: 3

  readonly #shell: Shell<RawIncoming, RawOutgoing>
  readonly #relay: EventRelay
  readonly #handlers: Handlers
  readonly #hasQueue: boolean
  #isListening = false

  /**
   * @throws DOMException `SyntaxError` for a bad URL or subprotocol.
   * @throws HoldfastError `CONFIGURATION` for a bad option; `INSECURE` for a token over `ws:` to a host that is not
   * loopback.
   */
  constructor(url: UrlSource, protocols: ProtocolsSource = NO_PROTOCOLS, options: WebSocketOptions = {}) {
    super()
    // biome-ignore lint/complexity/noArguments: a missing one is an error, undefined is a text
    if (arguments.length === 0) throw new TypeError('WebSocket needs a URL.')
    checkObject('options', options)
    const environment = environmentOf(options.environment)
    const offered = protocols === NO_PROTOCOLS ? (options.protocols ?? protocols) : protocols
    const text = typeof url === 'function' ? url : usvString(url)
    const { onEvent } = options
    if (onEvent !== undefined) checkFunction('onEvent', onEvent)
    const list = typeof offered === 'function' ? offered : stringList(offered)
    const shell = new Shell<RawIncoming, RawOutgoing>(
      typeof text === 'function' ? text : inSyntax(() => resolveUrl(text, environment.baseUrl)),
      {
        ...options,
        protocols: typeof list === 'function' ? list : inSyntax(() => checkProtocols(list)),
        codec: raw(),
      },
    )
    this.#shell = shell
    this.#relay = new EventRelay(this, shell, environment, onEvent && ((event) => onEvent(event, this)))
    this.#handlers = new Handlers(this)
    this.#hasQueue = options.queue !== false
    // One that listens is no longer lazy.
    if (!options.lazy) this.#listen()
  }

  /**
   * The class with options bound, for code that calls `new WebSocket(url, protocols)` itself. Those that are
   * given to its constructor come before the bound ones.
   */
  static with(options: WebSocketOptions): typeof ReconnectingWebSocket {
    // biome-ignore lint/complexity/noThisInStatic: a class with bound options may bind more
    return bound(this, options)
  }

  /** Those of {@link with} have the prototypes of the native class, and are instances all the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it
    if (this !== ReconnectingWebSocket) return super[Symbol.hasInstance](value)
    return isObject(value) && #shell in value
  }

  /** Where it connects to, never with a token; of a URL function the last answer, `''` before the first. */
  get url(): string {
    return this.#shell.url
  }

  get readyState(): 0 | 1 | 2 | 3 {
    const readyState = readyStateOf(this.#shell.state)
    // Until its `close` event is told.
    if (readyState === READY_STATES.CLOSED && !this.#relay.isOver) return READY_STATES.CLOSING
    return readyState
  }

  /** Payload bytes that have not left: queued here, in the native buffer, and what was given up. */
  get bufferedAmount(): number {
    const { state, bufferedAmount, ending } = this.#shell
    // The standard never resets it: what a lost socket's buffer has kept counts.
    const left = state.status === 'closed' ? ending.leftBehind : 0
    return bufferedAmount + left + this.#relay.discarded
  }

  get extensions(): string {
    return this.readyState === READY_STATES.CONNECTING ? '' : (this.#relay.last?.extensions ?? '')
  }

  get protocol(): string {
    return this.readyState === READY_STATES.CONNECTING ? '' : (this.#relay.last?.protocol ?? '')
  }

  /** What it is doing, and why: the state of the connection beneath. */
  get state(): ConnectionState {
    return this.#shell.state
  }

  get binaryType(): BinaryType {
    return this.#shell.binaryType
  }

  set binaryType(type: BinaryType) {
    const shell = this.#shell
    const value = usvString(type)
    // As Web IDL says of attributes of an enumeration: other values are ignored.
    if (value === 'blob' || value === 'arraybuffer') shell.binaryType = value
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

  /**
   * Sends now, or queues until it is open and has room. After the end it discards, and counts that in
   * `bufferedAmount`. A queue that is full ends it, with `error` and `close`; what is queued stays for `open()`.
   *
   * @throws DOMException `InvalidStateError` while CONNECTING with `queue: false`.
   */
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void {
    // biome-ignore lint/complexity/noArguments: a missing one is an error, undefined is a text
    if (arguments.length === 0) throw new TypeError('send() needs data.')
    const message = sendable(data)
    const { readyState } = this
    if (readyState === READY_STATES.CONNECTING && !this.#hasQueue) {
      throw new DOMException('Not open, and no queue.', 'InvalidStateError')
    }
    if (readyState >= READY_STATES.CLOSING) return this.#relay.discard(message)
    this.#listen()
    try {
      this.#shell.send(message)
    } catch (error) {
      if (!isHoldfastError(error) || !(error.code === 'OVERFLOW' || error.code === 'CLOSED')) throw error
      this.#relay.discard(message, error.reason)
      // Without a queue, to a socket that is closing: as the native class, whose event is on its way.
      if (error.code === 'OVERFLOW') this.#relay.call(() => this.#shell.fail(error), true)
    }
  }

  /**
   * Ends it: sends what is queued if it is open, then closes. Where no code is given none is sent,
   * with a reason 1000.
   *
   * @throws DOMException `InvalidAccessError` unless the code is 1000 or 3000 to 4999; `SyntaxError` for a
   * reason of more than 123 bytes in UTF-8.
   */
  close(code: number | undefined = undefined, reason: string | undefined = undefined): void {
    // First: whose method it is comes before its arguments.
    const relay = this.#relay
    const short = code === undefined ? undefined : clampedShort(code)
    const text = reason === undefined ? undefined : usvString(reason)
    inDom('InvalidAccessError', () => checkClose(short, undefined))
    inSyntax(() => checkClose(undefined, text))
    // While it closes, open() may have been called.
    if (this.#shell.state.status !== 'closed') relay.call(() => void this.#shell.close(short, text), true)
  }

  /** Connects now, if it waits; begins a new life after the end. */
  open(): void {
    this.#listen()
    this.#relay.call(() => this.#shell.open(), false)
  }

  /**
   * Gives the connection or the attempt up and dials at once; with `handover` the next one is open before this
   * one is closed. Nothing after `close()`.
   *
   * @throws HoldfastError `CONFIGURATION` for a reason of more than 123 bytes in UTF-8, and for `handover` without a
   * queue.
   */
  reconnect(reason?: string, options?: ReconnectCallOptions): void {
    this.#listen()
    this.#relay.call(() => this.#shell.reconnect(reason, options), false)
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#shell.messages.add(this.#relay.message)
  }

  #handler<Type extends keyof WebSocketEventMap>(type: Type): Handler<Type> {
    // What was set is returned, callable or not, as the standard says; the types let only handlers in.
    return this.#handlers.get(type) as Handler<Type>
  }

  #handle(type: keyof WebSocketEventMap, handler: unknown): void {
    this.#handlers.set(type, isObject(handler) ? handler : null)
  }

  static {
    shape(ReconnectingWebSocket, ReconnectingWebSocket, READY_STATES)
    standsIn(ReconnectingWebSocket)
  }
}

import { closeEventClass } from './environment.ts'

/** The listeners of a WebSocket, typed as the DOM types them. */
export interface WebSocketEventTarget extends EventTarget {
  addEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  removeEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void
}

/** The host's own class; typed for its subclass. */
// A listener of a narrower event is sound here: only events of its type are dispatched with that name.
export const WebSocketEventTarget: new () => WebSocketEventTarget =
  EventTarget as new () => WebSocketEventTarget

/** An event handler attribute: `onopen` and the like. */
export type Handler<Type extends keyof WebSocketEventMap> =
  | ((this: WebSocket, event: WebSocketEventMap[Type]) => unknown)
  | null

/** What a `close` event tells. */
export interface Close {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

export function closeEvent({ code, reason, wasClean }: Close): Event {
  const HostCloseEvent = closeEventClass() ?? OwnCloseEvent
  return new HostCloseEvent('close', { code, reason, wasClean })
}

/** For Node before 23, which has none. */
class OwnCloseEvent extends Event {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean

  constructor(type: string, { code, reason, wasClean }: Close) {
    super(type)
    this.code = code
    this.reason = reason
    this.wasClean = wasClean
  }

  get [Symbol.toStringTag](): string {
    return 'CloseEvent'
  }
}

/** The `on…` attributes of an event target. @see https://html.spec.whatwg.org/#event-handler-attributes */
export class Handlers {
  readonly #target: EventTarget
  readonly #active = new Map<string, { callback: object; readonly listener: (event: Event) => void }>()

  constructor(target: EventTarget) {
    this.#target = target
  }

  get(type: string): object | null {
    return this.#active.get(type)?.callback ?? null
  }

  /** A handler that replaces another takes its place among the listeners. */
  set(type: string, callback: object | null): void {
    const active = this.#active.get(type)
    if (active && callback) active.callback = callback
    else if (active) {
      EventTarget.prototype.removeEventListener.call(this.#target, type, active.listener)
      this.#active.delete(type)
    } else if (callback) this.#activate(type, callback)
  }

  #activate(type: string, callback: object): void {
    const listener = (event: Event): void => {
      const { callback } = active
      // An object that cannot be called is kept, and does nothing.
      if (typeof callback !== 'function') return
      if (callback.call(this.#target, event) === false) event.preventDefault()
    }
    const active = { callback, listener }
    this.#active.set(type, active)
    EventTarget.prototype.addEventListener.call(this.#target, type, listener)
  }
}

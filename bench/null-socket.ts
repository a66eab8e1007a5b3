import type { WebSocketLike } from '@holdfast/core'

type Listener = (event: unknown) => void

/** A native class without a network: opens and closes in a microtask, takes everything, and counts it. */
export class NullSocket implements WebSocketLike {
  static readonly CONNECTING: number = 0
  static readonly OPEN: number = 1
  static readonly CLOSING: number = 2
  static readonly CLOSED: number = 3
  /** The newest one. */
  static last: NullSocket | undefined

  readonly protocol = ''
  readonly extensions = ''
  readonly bufferedAmount = 0
  readyState = 0
  binaryType = 'blob'
  sent = 0
  /** For clients that set these, as rxjs does. */
  onopen: Listener | null = null
  onmessage: Listener | null = null
  onerror: Listener | null = null
  onclose: Listener | null = null
  readonly #listeners = new Map<string, Set<Listener>>()

  constructor() {
    NullSocket.last = this
    queueMicrotask(() => {
      if (this.readyState !== 0) return
      this.readyState = 1
      this.dispatch('open', new Event('open'))
    })
  }

  /** Listeners at present. */
  get listening(): number {
    let count = 0
    for (const listeners of this.#listeners.values()) count += listeners.size
    return count
  }

  addEventListener(type: string, listener: never): void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener))
  }

  removeEventListener(type: string, listener: never): void {
    this.#listeners.get(type)?.delete(listener)
  }

  send(_data: never): void {
    this.sent += 1
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState >= 2) return
    this.readyState = 2
    queueMicrotask(() => {
      this.readyState = 3
      this.dispatch('close', Object.assign(new Event('close'), { code, reason, wasClean: true }))
    })
  }

  dispatch(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
    if (type === 'message') this.onmessage?.(event)
    else if (type === 'open') this.onopen?.(event)
    else if (type === 'close') this.onclose?.(event)
  }
}

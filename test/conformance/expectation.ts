import type { RemoteLine } from '../browser/line.ts'

/** What of a line the expectations order: the same in a browser and in Node. */
export type Line = Pick<RemoteLine, 'url' | 'order' | 'report' | 'until'>

type Browser = 'chromium' | 'firefox' | 'webkit'

/** What has limits of its own; `native` is the class of the browser itself. */
export type Host = Browser | 'native' | `native ${Browser}` | 'node' | 'undici'

export interface Context {
  /** The class that is looked at. */
  readonly WebSocket: typeof WebSocket
  readonly line: Line
  /** A socket to the line, closed when the test is over. */
  make(protocols?: string | string[], path?: string): WebSocket
  /** Has one closed when the test is over. */
  closing(socket: WebSocket): WebSocket
  /** One that is open. */
  open(protocols?: string | string[]): Promise<WebSocket>
}

/** What a standard says of a WebSocket. */
export interface Expectation {
  readonly name: string
  readonly run: (t: Context) => void | Promise<void>
  /** What a client that queues and comes back must do instead, and why. */
  readonly instead?: { readonly why: string; readonly run: (t: Context) => void | Promise<void> }
  /** Where it cannot hold, as the native class below shows through or there is no such thing, and why. */
  readonly notOn?: Partial<Record<Host, string>>
}

export type Expectations = Readonly<Record<string, readonly Expectation[]>>

export function next<Type extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: Type,
): Promise<WebSocketEventMap[Type]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }))
}

/** The names of the events of a socket, as they come. */
export function noted(socket: WebSocket): string[] {
  const names: string[] = []
  for (const type of ['open', 'message', 'error', 'close']) {
    socket.addEventListener(type, () => names.push(type))
  }
  return names
}

/** The name of the DOMException, or of the error, that a call throws. */
export function thrownBy(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof DOMException || error instanceof Error) return error.name
    return String(error)
  }
  return 'nothing'
}

/** What the standard forbids and the types do as well. */
export function untyped(value: unknown): never {
  return value as never
}

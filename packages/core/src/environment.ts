import { checkFunction } from './checks.ts'

/**
 * What a connection needs of the host it runs in. Every part can be given in `options.environment`; what is
 * not given is looked up among the globals at the moment it is needed, so that importing and constructing
 * work anywhere and fake timers are found.
 */
export interface Environment {
  /** The native class, or one that behaves like it: `ws`, undici's, mock-socket's. */
  readonly WebSocket: WebSocketConstructor | undefined
  /** What relative URLs are resolved against. @defaultValue `document.baseURI`, or `location.href` */
  readonly baseUrl: string | undefined
  /** Calls back after so many ms. */
  setTimeout(callback: () => void, delay: number): unknown
  /** Of what `setTimeout` returned: it does not call back. */
  clearTimeout(handle: unknown): void
  /** Epoch ms. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Calls back before the next frame, also where no frames are drawn; returns what cancels it. */
  requestFrame(callback: () => void): () => void
  /** Tells whether the host calls itself online. @defaultValue `online` and `offline`, where there are such */
  readonly network: Signal
  /** Tells whether the page is seen. @defaultValue `visibilitychange`, where there is a `document` */
  readonly visibility: Signal
  /**
   * Tells whether the page is active; false while it is frozen, or kept for when its user comes back to it: no
   * socket survives that. @defaultValue `freeze`, `resume`, `pagehide`, `pageshow`, where there are such
   */
  readonly page: Signal
  /** Takes an error of the user's code that nobody listens for. */
  reportError(error: unknown): void
}

/**
 * Something that the host tells while a connection needs to know: called with what is to be told, the present
 * first where it is known; returns what ends it.
 */
export type Signal = (set: (value: boolean) => void) => () => void

export type Clock = Pick<Environment, 'setTimeout' | 'clearTimeout' | 'now'>

/** A native socket, as far as Holdfast uses it. */
export interface WebSocketLike {
  readonly readyState: number
  readonly protocol?: string
  readonly extensions?: string
  /** mock-socket has none. */
  readonly bufferedAmount?: number
  binaryType: string
  // `never`: the listener types of `ws`, undici and the DOM have nothing in common.
  addEventListener(type: string, listener: never): void
  removeEventListener(type: string, listener: never): void
  send(data: never): void
  close(code?: number, reason?: string): void
}

export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike

/** Where frames are not drawn (a hidden tab, a server): about how long one would last, in ms. */
const FRAME = 16
/** A tab may be hidden between the request and the frame, and then draws none: look after this many ms. */
const HIDDEN_FRAME = 100

/** The only place where Holdfast touches globals, each at the moment of use. */
const globals: Environment = {
  get WebSocket() {
    const { WebSocket } = globalThis
    return (isStandIn(WebSocket) ? replaced : WebSocket) as WebSocketConstructor | undefined
  },
  get baseUrl() {
    return globalThis.document?.baseURI ?? globalThis.location?.href
  },
  setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
  // The handle is what setTimeout above returned, whatever the host calls it.
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
  now: () => Date.now(),
  random: () => Math.random(),
  requestFrame(callback) {
    const draws =
      typeof requestAnimationFrame === 'function' && globalThis.document?.visibilityState === 'visible'
    let frame = 0
    const timer = globalThis.setTimeout(run, draws ? HIDDEN_FRAME : FRAME)
    if (draws) frame = requestAnimationFrame(run)
    function cancel(): void {
      globalThis.clearTimeout(timer)
      if (draws) cancelAnimationFrame(frame)
    }
    function run(): void {
      cancel()
      callback()
    }
    return cancel
  },
  network(set) {
    set(globalThis.navigator?.onLine !== false)
    return listen(globalThis, { online: () => set(true), offline: () => set(false) })
  },
  visibility(set) {
    const { document } = globalThis
    const tell = (): void => set(document?.visibilityState !== 'hidden')
    tell()
    return listen(document, { visibilitychange: tell })
  },
  page(set) {
    // Neither `unload` nor `beforeunload`: a download link fires them too, and they cost the page its return.
    const ends = [
      listen(globalThis, {
        pagehide: ({ persisted }) => persisted && set(false),
        pageshow: () => set(true),
      }),
      listen(globalThis.document, { freeze: () => set(false), resume: () => set(true) }),
    ]
    return () => {
      for (const end of ends) end()
    }
  },
  reportError(error) {
    const host = globalThis as { reportError?: (error: unknown) => void; process?: NodeProcess }
    // It is called amid our own work, which must go on: whatever this does with it, and whatever was thrown.
    try {
      if (host.reportError) host.reportError(error)
      // Node has no reportError; throwing there would let one bad subscriber end the process.
      else host.process?.emitWarning?.(error instanceof Error ? error : String(error))
    } catch {
      // It was told all the same, or cannot be shown.
    }
  },
}

/** Node has no window to listen to, and a worker no document: there is nothing to be told then. */
function listen(
  target: Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> | undefined,
  listeners: Record<string, (event: { readonly persisted?: boolean }) => void>,
): () => void {
  const each = (method: 'addEventListener' | 'removeEventListener'): void => {
    // The DOM's own type has no events by name here; only `persisted` of a PageTransitionEvent is read.
    for (const [name, listener] of Object.entries(listeners)) {
      target?.[method]?.(name, listener as EventListener)
    }
  }
  each('addEventListener')
  return () => each('removeEventListener')
}

interface NodeProcess {
  emitWarning?: (warning: string | Error) => void
}

/** Classes of ours that may be put in the place of the host's. */
const standIns = new WeakSet<object>()
/** What was there before. */
let replaced: unknown

/** Such a class would otherwise be its own native one: each of its sockets would dial by another, without end. */
export function standsIn(Class: object): void {
  standIns.add(Class)
  const { WebSocket } = globalThis
  if (!isStandIn(WebSocket)) replaced = WebSocket
}

function isStandIn(Class: object | undefined): boolean {
  if (!Class) return false
  return standIns.has(Class) || isStandIn(Object.getPrototypeOf(Class))
}

/**
 * The given parts, each looked up when it is used, and the globals for the rest.
 *
 * @throws HoldfastError `CONFIGURATION` for one that is not what it must be.
 */
export function environmentOf(parts: Partial<Environment> = {}): Environment {
  const environment: Environment = Object.create(globals)
  for (const name of Object.keys(globals) as (keyof Environment)[]) {
    const part = parts[name]
    if (part === undefined) continue
    if (name !== 'baseUrl') checkFunction(`environment.${name}`, part)
    // As a method of theirs: it may keep something of its own.
    const call = (...args: unknown[]): unknown => (parts[name] as Method).apply(parts, args)
    const isValue = name === 'WebSocket' || name === 'baseUrl'
    Object.defineProperty(
      environment,
      name,
      isValue ? { get: () => parts[name] } : { value: name === 'reportError' ? guarded(call) : call },
    )
  }
  return environment
}

type Method = (...args: unknown[]) => unknown

/** As the one of the globals, to which it goes where the given one throws. */
function guarded(reportError: Environment['reportError']): Environment['reportError'] {
  return (error) => {
    try {
      reportError(error)
    } catch (thrown) {
      globals.reportError(thrown)
    }
  }
}

/** A moment for people: `2024-05-01T12:00:00.000Z`. */
export function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** Node has one from version 23 on. */
export function closeEventClass(): typeof CloseEvent | undefined {
  return globalThis.CloseEvent
}

/** Whether views are rendered for others here: no window, and no worker's global scope. */
export function isServer(): boolean {
  return typeof window === 'undefined' && typeof importScripts === 'undefined'
}

declare const importScripts: unknown

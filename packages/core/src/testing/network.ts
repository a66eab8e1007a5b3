import { type Address, withoutQuery } from './address.ts'
import { clockOf, setClock } from './dial-clocks.ts'
import type { FakeLine } from './fake-line.ts'
import { fakeWebSocket } from './fake-socket.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Whoever takes dials to an address. */
export interface Listener {
  readonly address: Address
  dialled(line: FakeLine): void
}

/** Those that the global class leads to, the newest last. */
const installed: Listener[] = []
let globalClass: typeof WebSocket | undefined
/** What the global class has replaced; undefined where there was nothing. */
let before: PropertyDescriptor | undefined

/** A WebSocket class that leads to these, whoever they are at the moment of a dial; and what dials by it go by. */
export function classLeadingTo(listeners: readonly Listener[], clock?: VirtualClock): typeof WebSocket {
  const Leading = fakeWebSocket((line, Class) => {
    line.clock = clockOf(Class)
    const listener = listeners.filter(({ address }) => address.includes(line.url)).at(-1)
    if (listener) listener.dialled(line)
    else Promise.resolve().then(() => failed(line, listeners))
  })
  setClock(Leading, clock)
  return Leading
}

/** Puts the class in the place of the global one, and takes dials to this address there. */
export function install(listener: Listener): void {
  if (installed.includes(listener)) return
  installed.push(listener)
  if (globalClass && globalThis.WebSocket === globalClass) return
  globalClass ??= classLeadingTo(installed)
  before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
  Object.defineProperty(globalThis, 'WebSocket', { value: globalClass, configurable: true, writable: true })
}

/** Takes it back; with the last one, the former global class is there again. */
export function restore(listener: Listener): void {
  const place = installed.indexOf(listener)
  if (place < 0) return
  installed.splice(place, 1)
  // Whoever has put another one there since will put back what was there before that.
  if (installed.length > 0 || globalThis.WebSocket !== globalClass) return
  if (before) Object.defineProperty(globalThis, 'WebSocket', before)
  else Reflect.deleteProperty(globalThis, 'WebSocket')
}

/** As a host where nobody listens; the reason, which no network gives, is for whoever looks for the mistake. */
function failed(line: FakeLine, listeners: readonly Listener[]): void {
  const dialled = withoutQuery(line.url)
  const known = listeners.map(({ address }) => {
    const text = withoutQuery(address.text)
    return text === dialled ? `${text} (only the query differs)` : text
  })
  const reason = `No fake server listens at ${dialled}; there is ${known.join(', ') || 'none'}.`
  line.end({ code: 1006, reason, wasClean: false }, 'both')
}

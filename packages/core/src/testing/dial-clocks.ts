import type { WebSocketConstructor } from '../environment.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What dials by a class go by, of those that lead to fake servers; undefined for the timers of the host. */
const clocks = new WeakMap<object, VirtualClock | undefined>()

/** Tells what dials by this class go by. */
export function setClock(Class: object, clock: VirtualClock | undefined): void {
  clocks.set(Class, clock)
}

/** Of the class, or of the one that it was made of. */
export function clockOf(Class: object | undefined): VirtualClock | undefined {
  const ours = leading(Class)
  return ours && clocks.get(ours)
}

/**
 * A class that leads where this one does, and whose dials go by the clock. It is made of that one, so that what a
 * test does to its prototype counts. One that leads to no fake server goes by a clock of its own, and is left alone.
 */
export function classUnder(Class: WebSocketConstructor, clock: VirtualClock): WebSocketConstructor {
  if (!leading(Class) || clockOf(Class) === clock) return Class
  const Under = class WebSocket extends Class {}
  setClock(Under, clock)
  return Under
}

function leading(Class: object | undefined): object | undefined {
  if (!Class || clocks.has(Class)) return Class
  return leading(Object.getPrototypeOf(Class) ?? undefined)
}

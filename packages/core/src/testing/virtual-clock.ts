import { checkFunction, duration } from '../checks.ts'
import type { Environment } from '../environment.ts'
import { misconfigured } from '../errors.ts'

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** The parts of an environment that have to do with time. */
export type ClockEnvironment = Pick<Environment, 'setTimeout' | 'clearTimeout' | 'now' | 'requestFrame'>

/** A clock that stands until it is told to go on: made by {@link virtualClock}. */
export interface VirtualClock {
  /** Give these to `options.environment`, or the clock to `fakeEnvironment()`. */
  readonly environment: ClockEnvironment
  /** Timers that wait. */
  readonly pending: number
  /** Epoch ms. */
  now(): number
  /** Lets time pass, in ms: timers fire in order, each at its time, with promises settled in between. */
  advance(ms: number): Promise<void>
  /**
   * Lets time pass from timer to timer until something is true; at once, if it is.
   *
   * @param limit - ms after which it gives up, an hour unless given.
   * @throws Error if it did not come true by then, or no timer waits that could make it so.
   */
  until(isTrue: () => boolean, limit?: number): Promise<void>
  /** Lets the host sleep: time passes, in ms, and no timer fires before the next `advance()`. */
  sleep(ms: number): void
  /** Sets the clock without time passing, as a user or a time server does. */
  set(epochMs: number): void
  /** Lets promises settle without time passing. */
  settle(): Promise<void>
}

/** How often promises are given their turn, so that a chain of them settles. */
const TURNS = 100
/** How many timers may fire without time passing: more is a loop that would never end. */
const MOST_AT_ONCE = 100_000
/** ms that `until()` lets pass. */
const HOUR = 3_600_000

/**
 * A clock that stands until it is told to go on.
 *
 * @param start - Epoch ms; some day in 2023 unless given.
 * @remarks It settles promises, and waits for nothing that the host itself must do meanwhile: a Blob that is read,
 * a database, `crypto.subtle`. Await those, or `advance(0)` again.
 * @throws HoldfastError `CONFIGURATION`
 * @example
 * ```ts
 * const clock = virtualClock()
 * const server = fakeServer('wss://example.com/chat', { clock })
 * connect('wss://example.com/chat', { environment: { ...clock.environment, ...server.environment } })
 * await clock.advance(30_000)
 * ```
 */
export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let epoch = finite('virtualClock(start)', start)
  /** Monotonic; timers go by it. */
  let elapsed = 0
  let lastHandle = 0
  let atOnce = 0
  const timers = new Map<number, Timer>()

  async function settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
  }

  function next(until: number): [number, Timer] | undefined {
    let first: [number, Timer] | undefined
    for (const entry of timers) {
      if (entry[1].due <= until && (first === undefined || entry[1].due < first[1].due)) first = entry
    }
    return first
  }

  function move(to: number): void {
    if (to > elapsed) atOnce = 0
    epoch += Math.max(0, to - elapsed)
    elapsed = Math.max(elapsed, to)
  }

  async function fire([handle, { due, callback }]: [number, Timer]): Promise<void> {
    timers.delete(handle)
    move(due)
    atOnce += 1
    if (atOnce > MOST_AT_ONCE) throw new Error(`${MOST_AT_ONCE} timers fired and no time passed: a loop.`)
    callback()
    await settle()
  }

  const environment: ClockEnvironment = {
    now: () => epoch,
    setTimeout(callback, delay) {
      lastHandle += 1
      // As every host: what is no number of ms is 0.
      timers.set(lastHandle, { due: elapsed + (delay > 0 ? delay : 0), callback })
      return lastHandle
    },
    clearTimeout: (handle) => void timers.delete(Number(handle)),
    requestFrame(callback) {
      const handle = environment.setTimeout(callback, 16)
      return () => environment.clearTimeout(handle)
    },
  }

  return {
    environment,
    get pending() {
      return timers.size
    },
    now: () => epoch,
    settle,
    sleep: (ms) => move(elapsed + span('sleep(ms)', ms)),
    set(epochMs) {
      epoch = finite('set(epochMs)', epochMs)
    },
    async advance(ms) {
      const until = elapsed + span('advance(ms)', ms)
      await settle()
      for (let timer = next(until); timer !== undefined; timer = next(until)) await fire(timer)
      move(until)
    },
    async until(isTrue, limit = HOUR) {
      checkFunction('until(isTrue)', isTrue)
      const end = elapsed + span('until(isTrue, limit)', limit)
      await settle()
      while (!isTrue()) {
        const timer = next(end)
        if (!timer) throw new Error(`It did not come true within ${limit} ms; ${timers.size} timers wait.`)
        await fire(timer)
      }
    },
  }
}

function span(name: string, ms: number): number {
  return finite(name, duration(name, ms, 0))
}

function finite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw misconfigured(name, 'a finite number of ms', value)
  return value
}

import type { Environment } from '../environment.ts'

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** The parts of an environment that have to do with time. */
export type ClockEnvironment = Pick<Environment, 'setTimeout' | 'clearTimeout' | 'now' | 'requestFrame'>

export interface VirtualClock {
  /** Give these to `options.environment`. */
  readonly environment: ClockEnvironment
  /** Timers that wait. */
  readonly pending: number
  now(): number
  /** Lets time pass: timers fire in order, each at its time, with promises settled in between. */
  advance(ms: number): Promise<void>
  /** Lets the host sleep: time passes, and no timer fires before the next `advance()`. */
  sleep(ms: number): void
  /** Sets the clock without time passing, as a user or a time server does. */
  set(epochMs: number): void
  /** Lets promises settle without time passing. */
  settle(): Promise<void>
}

/** How often promises are given their turn, so that a chain of them settles. */
const TURNS = 10

/** A clock that stands until it is told to go on. */
export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let epoch = start
  /** Monotonic; timers go by it. */
  let elapsed = 0
  let lastHandle = 0
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
    epoch += Math.max(0, to - elapsed)
    elapsed = Math.max(elapsed, to)
  }

  const environment: ClockEnvironment = {
    now: () => epoch,
    setTimeout(callback, delay) {
      lastHandle += 1
      timers.set(lastHandle, { due: elapsed + Math.max(0, delay), callback })
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
    sleep: (ms) => move(elapsed + ms),
    set(epochMs) {
      epoch = epochMs
    },
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let entry = next(until); entry !== undefined; entry = next(until)) {
        const [handle, { due, callback }] = entry
        timers.delete(handle)
        move(due)
        callback()
        await settle()
      }
      move(until)
    },
  }
}

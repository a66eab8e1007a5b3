import { setTimeout as delay } from 'node:timers/promises'
import { type CountedTimers, countedTimers } from '../support/counted-timers.ts'

/** Ms of a client's for one of ours: the defaults hold, and half a minute of waiting is over in three seconds. */
export const SPEED = 10
/** How much later than promised something may be, in ms of ours. */
export const LATE = 5_000
/** Delays up to this are not shortened, in ms: polling ten times as often would only cost. */
const SHORT = 20

const START = Date.now()

export interface FastClock extends CountedTimers {
  now(): number
}

export function fastClock(): FastClock {
  return {
    ...countedTimers((delay) => Math.max(delay / SPEED, Math.min(delay, SHORT))),
    now: () => Math.round(START + (Date.now() - START) * SPEED),
  }
}

/** Of the clients, in ms of theirs: three seconds on a machine that has other work. */
export const CONNECT_TIMEOUT = 30_000

const BEAT = 20

/**
 * Whether it comes true within so many ms of ours in which this process runs: one that gets no processor for
 * seconds, on a machine with other work, has not waited.
 */
export async function comesTrue(isTrue: () => boolean, ms: number): Promise<boolean> {
  for (let beats = ms / BEAT; !isTrue(); beats--) {
    if (beats <= 0) return false
    await delay(BEAT)
  }
  return true
}

import { integer, pick, seeded } from '../../test/support/random.ts'

const KINDS = ['reset', 'cut', 'restart', 'outage', 'stall', 'hole'] as const

type FaultKind = (typeof KINDS)[number]

/** In ms of the hour that is played, not of the clock. */
export interface Planned {
  readonly kind: FaultKind
  readonly at: number
  /** How long the line is bad before it ends in a reset; 0 for those that are over at once. */
  readonly lasts: number
}

export const HOUR = 3_600_000
/** The last of them ends so long before the hour does, that everyone has time to be back. */
const REST = 120_000
const SECOND = 1_000

const LASTS: Readonly<Record<FaultKind, readonly [min: number, max: number]>> = {
  reset: [0, 0],
  cut: [0, 0],
  restart: [0, 0],
  outage: [5, 60],
  stall: [5, 30],
  hole: [20, 60],
}

/** An hour of faults, one after the other, 15 to 75 s apart: the same for the same seed. */
export function plan(seed: number): Planned[] {
  const random = seeded(seed)
  const faults: Planned[] = []
  for (let at = 0; ; ) {
    at += integer(random, 15, 75) * SECOND
    const kind = pick(random, KINDS)
    const lasts = integer(random, ...LASTS[kind]) * SECOND
    if (at + lasts > HOUR - REST) return faults
    faults.push({ kind, at, lasts })
    at += lasts
  }
}

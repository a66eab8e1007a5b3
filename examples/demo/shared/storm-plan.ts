import type { FaultName } from './faults.ts'

/** One thing that a storm does. */
export interface StormStep {
  /** ms after its begin. */
  readonly at: number
  /** A fault to order, or a burst of messages from every client. */
  readonly name: FaultName | 'burst'
  readonly body: Readonly<Record<string, unknown>>
}

const BURST = 1_000
const FIRST_AT = 400
const REVOKE_APART = 12_000
/** Codes after which one may come back, without the long floors of 1012 and 1013. */
const CODES = [1001, 1011, 1014, 3008, 4000, 4408] as const

type Gust = (context: { at: number; left: number; random: () => number }) => readonly StormStep[]

const GUSTS: readonly Gust[] = [
  ({ at }) => [{ at, name: 'cut', body: {} }],
  ({ at }) => [{ at, name: 'restart', body: {} }],
  ({ at }) => [{ at, name: 'revoke', body: {} }],
  ({ at, random }) => {
    const code = CODES[Math.floor(random() * CODES.length)]
    return [{ at, name: 'close', body: { code, reason: 'The storm' } }]
  },
  ({ at, left, random }) => [{ at, name: 'refuse', body: { forMs: between(1_000, 3_000, left, random) } }],
  ({ at, left, random }) => lasting('black-hole', at, between(1_000, 4_000, left, random)),
  ({ at, left, random }) => lasting('throttle', at, between(2_000, 7_000, left, random)),
  // What was written meanwhile waits in kernels and buffers when the line is cut.
  ({ at, left, random }) => {
    const [start, end] = lasting('stop-reading', at, between(800, 3_000, left, random))
    return [start, { at: end.at - 100, name: 'cut', body: {} }, end]
  },
  ({ at }) => [
    { at, name: 'burst', body: { count: BURST } },
    { at: at + 5, name: 'cut', body: {} },
  ],
]

/**
 * The faults of a storm, in order: the same seed makes the same storm. Every kind comes once before any comes
 * again, and whatever lasts has ended when the storm does.
 */
export function planStorm(seed: number, duration: number): readonly StormStep[] {
  const random = mulberry32(seed)
  const steps: StormStep[] = []
  let bag: Gust[] = []
  let revokedAt = Number.NEGATIVE_INFINITY
  for (let at = FIRST_AT; at < duration - 1_000; at += 700 + random() * 1_800) {
    if (bag.length === 0) bag = shuffle(GUSTS, random)
    const gust = bag.pop()
    const next = gust?.({ at, left: duration - at, random }) ?? []
    if (next.some(({ name }) => name === 'revoke')) {
      // Two in a row end a connection, and rightly so: in a storm the second is to find a good token.
      if (at - revokedAt < REVOKE_APART) continue
      revokedAt = at
    }
    steps.push(...next)
  }
  return steps.map((step) => ({ ...step, at: Math.round(step.at) })).sort((one, other) => one.at - other.at)
}

function lasting(name: FaultName, at: number, forMs: number): readonly [start: StormStep, end: StormStep] {
  return [
    { at, name, body: { on: true } },
    { at: at + forMs, name, body: { on: false } },
  ]
}

function between(least: number, most: number, left: number, random: () => number): number {
  return Math.round(Math.min(left, least + random() * (most - least)))
}

/** Fisher and Yates, on a copy. */
function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items]
  const shuffled: T[] = []
  while (rest.length > 0) shuffled.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return shuffled
}

/** A small generator with 32 bits of state: enough to tell one storm from another. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

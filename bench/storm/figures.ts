import type { Storm } from './simulate.ts'

/** What is read off a storm. Times are ms after the cut; undefined: that many never came back. */
export interface Figures {
  /** In any second, wherever it begins. */
  readonly peak: number
  readonly attempts: number
  readonly half: number | undefined
  readonly most: number | undefined
  readonly all: number | undefined
  /** Of the crowd, who is connected in the end. */
  readonly share: number
  readonly ending: Storm['ending']
}

export function figuresOf(storm: Storm): Figures {
  return {
    peak: busiestSecond(storm.arrivals),
    attempts: storm.attempts,
    half: timeOf(storm, 0.5),
    most: timeOf(storm, 0.99),
    all: timeOf(storm, 1),
    share: storm.accepted / storm.clients,
    ending: storm.ending,
  }
}

/** The most that came within any 1,000 ms on end. */
export function busiestSecond(perMs: Uint32Array): number {
  let sum = 0
  let most = 0
  for (let ms = 0; ms < perMs.length; ms++) {
    sum += (perMs[ms] ?? 0) - (perMs[ms - 1_000] ?? 0)
    if (sum > most) most = sum
  }
  return most
}

function timeOf({ connects, clients }: Storm, share: number): number | undefined {
  const wanted = Math.ceil(share * clients)
  let sum = 0
  for (let ms = 0; ms < connects.length; ms++) {
    sum += connects[ms] ?? 0
    if (sum >= wanted) return ms
  }
  return undefined
}

import { type Complete, checkObject } from './checks.ts'
import { misconfigured } from './errors.ts'

/** What a {@link Backoff} is told when a delay is drawn. */
export interface BackoffContext {
  /** Which delay of this outage this is: 1 for the first. */
  readonly attempt: number
  /** The delay drawn before it in this outage, in ms; 0 for the first. */
  readonly previous: number
  /** Uniform in [0, 1), from the environment. */
  readonly random: () => number
}

/** Draws the delay before the next attempt, in ms. Called anew for every attempt. */
export type Backoff = (context: BackoffContext) => number

export interface BackoffOptions {
  /** The first ceiling, in ms. @defaultValue 4_000, or `cap` where that is lower */
  readonly base?: number | undefined
  /** What the ceiling is multiplied by each time. @defaultValue 2 (3 for `decorrelatedJitter`) */
  readonly factor?: number | undefined
  /** The highest ceiling, in ms. @defaultValue 30_000, or `base` where that is higher */
  readonly cap?: number | undefined
}

/**
 * A delay drawn evenly from 0 to an exponentially growing ceiling. The default: of the usual strategies it
 * brings a crowd of clients back soonest, with the fewest attempts and the lowest peak (docs/storm.md).
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "Full Jitter"
 */
export function fullJitter(options?: BackoffOptions): Backoff {
  const ceiling = ceilingOf(options)
  return ({ attempt, random }) => random() * ceiling(attempt)
}

/** The exponentially growing ceiling itself, without jitter: for one client, never for a crowd. */
export function exponential(options?: BackoffOptions): Backoff {
  const ceiling = ceilingOf(options)
  return ({ attempt }) => ceiling(attempt)
}

/**
 * A delay drawn evenly from `base` to `factor` times the one before, at most `cap`.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "Decorrelated Jitter"
 */
export function decorrelatedJitter(options?: BackoffOptions): Backoff {
  const { base, factor, cap } = checked(options, 3)
  return ({ previous, random }) => {
    const high = Math.max(previous, base) * factor
    return Math.min(cap, base + random() * (high - base))
  }
}

/** The same delay each time, in ms, without jitter. */
export function constant(delay: number): Backoff {
  checkDelay('constant(delay)', delay)
  return () => delay
}

function ceilingOf(options?: BackoffOptions): (attempt: number) => number {
  const { base, factor, cap } = checked(options)
  // Infinity is a fine intermediate: the cap takes it down. But 0 times Infinity is NaN.
  return (attempt) => (base === 0 ? 0 : Math.min(cap, base * factor ** Math.max(0, attempt - 1)))
}

/** Whether a value is a delay that ends. Asked of what users give, which may be anything. */
function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity
}

/** @throws HoldfastError `CONFIGURATION` */
export function checkDelay(name: string, value: number): number {
  if (isDelay(value)) return value
  throw misconfigured(name, 'a finite number of ms, 0 or more', value)
}

function checked(options: BackoffOptions = {}, growth = 2): Complete<BackoffOptions> {
  checkObject('The options of a backoff', options)
  const { factor = growth } = options
  // A crowd's first wave is as high as this is short: below 4 s it is higher than it must be (docs/storm.md).
  const { base = isDelay(options.cap) ? Math.min(4_000, options.cap) : 4_000 } = options
  const { cap = Math.max(30_000, base) } = options
  checkDelay('backoff base', base)
  if (!isDelay(factor) || factor < 1) throw misconfigured('backoff factor', 'a number, 1 or more', factor)
  if (!isDelay(cap) || cap < base) throw misconfigured('backoff cap', 'a number of ms, base or more', cap)
  return { base, factor, cap }
}

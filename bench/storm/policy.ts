import type { Random } from '../../test/support/random.ts'

/**
 * The delay in ms before an attempt, the first after the cut being 1; Infinity: the client gives up. `previous` is
 * the delay before the attempt before, 0 at first.
 */
export type Delays = (attempt: number, previous: number) => number

/** A client as far as a storm is concerned. */
export interface Policy {
  readonly name: string
  /** Its formula in words. */
  readonly formula: string
  /** Where the formula is told. */
  readonly source: string
  delays(random: Random): Delays
}

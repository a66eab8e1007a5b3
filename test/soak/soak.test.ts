import { describe, expect, it } from 'vitest'
import { FAULT_NAMES } from './faults.ts'
import { soak } from './soak.ts'
import { TAMPERS } from './tampered.ts'

/** The same in each run of the tests: `npm run soak` is there to try others. */
const SEED = Number(process.env.HOLDFAST_SEED ?? 102)

const MINUTE = 60_000
/** As long as `npm test` has time for; `npm run soak` goes on for a minute, or for hours. */
const SECONDS = 20
/** For a machine that is busy with all other tests. */
const TIMEOUT = 5 * MINUTE

describe('the soak', () => {
  it(
    `finds every promise kept by 40 clients in ${SECONDS} s of faults and operations (seed ${SEED})`,
    async () => {
      const figures = await soak({ seed: SEED, clients: 40, duration: SECONDS * 1_000 })
      // It has had something to do.
      expect(figures.operations).toBeGreaterThan(150)
      expect(figures.messages).toBeGreaterThan(500)
      expect(Object.keys(figures.faults).length).toBeGreaterThan(FAULT_NAMES.length / 3)
    },
    TIMEOUT,
  )

  it.each(TAMPERS)(
    'notices a client that %s',
    async (_, problem, tamper) => {
      const run = soak({ seed: SEED, clients: 6, duration: 2 * MINUTE, roundLength: 2_000, tamper })
      await expect(run).rejects.toThrow(problem)
    },
    TIMEOUT,
  )
})

import { describe, expect, it } from 'vitest'
import { FAULT_NAMES } from './faults.ts'
import { soak } from './soak.ts'
import { TAMPERS } from './tampered.ts'

/** Set to replay a failure. */
const SEED = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31))

const MINUTE = 60_000
/** For a machine that is busy with all other tests. */
const TIMEOUT = 5 * MINUTE

describe('the soak', () => {
  it(
    `finds every promise kept by 40 clients in a minute of faults and operations (seed ${SEED})`,
    async () => {
      const figures = await soak({ seed: SEED, clients: 40, duration: MINUTE })
      // It has had something to do.
      expect(figures.operations).toBeGreaterThan(500)
      expect(figures.messages).toBeGreaterThan(2_000)
      expect(Object.keys(figures.faults).length).toBeGreaterThan(FAULT_NAMES.length / 2)
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

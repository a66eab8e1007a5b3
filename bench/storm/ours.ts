// The real default policy: the options' defaults, the table of close codes, the verdict, the backoff.
import type { MachineConfig } from '../../packages/core/src/machine.ts'
import { type ConnectionOptions, settingsOf } from '../../packages/core/src/options.ts'
import { machineConfig } from '../../packages/core/src/policies.ts'
import type { CloseInfo } from '../../packages/core/src/state.ts'
import { FRESH, judge } from '../../packages/core/src/verdict.ts'
import type { Random } from '../../test/support/random.ts'
import type { Delays, Policy } from './policy.ts'

const SOURCE = 'no formula, but the code itself: `settingsOf()`, `judge()` and the backoff that they lead to'

/** How an open connection ends. */
export function lossOf(code: number): CloseInfo {
  return { code, reason: '', wasClean: code !== 1006, phase: 'open' }
}

/** The machine's configuration, as `connect(url, options)` makes it. */
export function configOf(random: Random, options: ConnectionOptions = {}): MachineConfig {
  return machineConfig(settingsOf(options), 'handshake', { random }, (error) => {
    throw error
  })
}

/** Ours after a loss with this code. */
function holdfast(code: number, options?: ConnectionOptions): Policy {
  const delays = (random: Random): Delays => {
    const config = configOf(random, options)
    const loss = lossOf(code)
    return (attempt, previous) => {
      // A dial that fails is always retried after the backoff's delay; `test/docs/storm.test.ts` compares this
      // with the whole machine. Asking the verdict each time would take three times as long.
      if (attempt > 1) return config.backoff({ attempt, previous, random })
      const { delay, stop } = judge({ ...FRESH, dials: 1 }, loss, config)
      return stop ? Infinity : delay
    }
  }
  return { name: `Holdfast, ${code}`, formula: rangesOf(delays), source: SOURCE, delays }
}

/** Asked of the policy itself, so that no text has to follow a default: `0–2, 0–4, … s`. */
function rangesOf(delays: (random: Random) => Delays): string {
  const [least, most] = [delays(() => 0), delays(() => 1)]
  const ranges: string[] = []
  for (let attempt = 1, last = 0; attempt < 20; attempt++) {
    const from = least(attempt, last)
    last = most(attempt, last)
    const range = `${from / 1_000}–${last / 1_000}`
    if (range === ranges.at(-1)) break
    ranges.push(range)
  }
  return `evenly ${ranges.join(', ')} s`
}

/** Cut without a word: what everybody is compared by. */
export const CUT: Policy = holdfast(1006)

/** The server said that it goes, and that it restarts. Others make no difference there. */
export const TOLD: readonly Policy[] = [holdfast(1001), holdfast(1012)]

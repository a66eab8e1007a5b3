import type { Machine, MachineConfig, Transition } from './machine.ts'
import type { CloseInfo } from './state.ts'

/** While a host calls itself offline: about how often that is put to the test, in ms. It may be wrong. */
const TRIAL = 30_000

/** When the next attempt is due, epoch ms. */
export interface Wait {
  /** The whole of it, in ms. */
  readonly delay: number
  readonly retryAt: number
  /** No sooner, whatever happens: the server said so. */
  readonly floorUntil: number
}

/**
 * Between two attempts: waiting, or suspended where an attempt would be in vain. The delay runs on meanwhile,
 * so that nobody dials more often for a network that comes and goes.
 */
export function rest(
  machine: Machine,
  wait: Wait,
  cause: CloseInfo,
  now: number,
  config: Pick<MachineConfig, 'random'>,
): Transition {
  const { isOnline, isKept } = machine.surroundings
  const attempt = machine.tally.dials
  if (isKept) return [{ ...machine, wait, state: { status: 'suspended', attempt, by: 'page', cause } }, []]
  const remaining = left(wait, 'retryAt', now)
  if (!isOnline) {
    const delay = Math.max(remaining, TRIAL * (0.5 + config.random()))
    return [
      { ...machine, wait, state: { status: 'suspended', attempt, by: 'offline', cause } },
      [{ type: 'start', timer: 'trial', delay }],
    ]
  }
  const { delay, retryAt } = wait
  return [
    { ...machine, wait, state: { status: 'waiting', attempt, delay, retryAt, cause } },
    [{ type: 'start', timer: 'retry', delay: remaining }],
  ]
}

/** How long until then, in ms. Never more than the whole: the clock may have been set back. */
export function left(wait: Wait, until: 'retryAt' | 'floorUntil', now: number): number {
  return Math.min(wait.delay, Math.max(0, wait[until] - now))
}

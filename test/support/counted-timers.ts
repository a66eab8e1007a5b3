import type { Environment } from '@holdfast/core'

export type CountedTimers = Pick<Environment, 'setTimeout' | 'clearTimeout' | 'requestFrame'> & {
  readonly pending: ReadonlySet<unknown>
}

/**
 * Timers that wait, and the parts of an environment that count them.
 *
 * @param realDelay - How long a timer takes that is asked for, in ms.
 */
export function countedTimers(realDelay = (delay: number): number => delay): CountedTimers {
  const pending = new Set<unknown>()
  const parts: Pick<Environment, 'setTimeout' | 'clearTimeout' | 'requestFrame'> = {
    setTimeout(callback, delay) {
      const handle = setTimeout(() => {
        pending.delete(handle)
        callback()
      }, realDelay(delay))
      pending.add(handle)
      return handle
    },
    clearTimeout(handle) {
      pending.delete(handle)
      clearTimeout(handle as NodeJS.Timeout)
    },
    requestFrame(callback) {
      const handle = parts.setTimeout(callback, 16)
      return () => parts.clearTimeout(handle)
    },
  }
  return { pending, ...parts }
}

import { setTimeout as sleep } from 'node:timers/promises'

// Taken at import, as the timer above is: a test may fake the clock later, and must still be able to wait.
const now = performance.now.bind(performance)

export interface WaitForOptions {
  /** Milliseconds until it is given up. */
  timeout?: number
  /** What is awaited, named in the error. */
  what?: string
}

/**
 * Resolves with the first truthy value of the predicate, asked at once and then every 5 ms. A predicate that
 * throws has not come true yet: its error becomes the `cause` when time runs out.
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  { timeout = 5_000, what = predicate.toString() }: WaitForOptions = {},
): Promise<T> {
  const end = now() + timeout
  for (;;) {
    let cause: unknown
    try {
      const value = await predicate()
      if (value) return value
    } catch (error) {
      cause = error
    }
    if (now() >= end) throw new Error(`Gave up after ${timeout} ms waiting for: ${what}`, { cause })
    await sleep(5)
  }
}

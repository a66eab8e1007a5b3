import type { Clock } from '../environment.ts'

/** How long a storage may take for one call, in ms: a database that hangs must not hold the queue up. */
const PATIENCE = 5_000

/** What {@link patiently} rejects with where nothing came. */
export class NoAnswer extends Error {}

/** Calls a storage: what throws, or takes too long, rejects. */
export function patiently<T>(clock: Clock, call: () => Promise<T>, patience: number = PATIENCE): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: unknown
    const wait = (): void => {
      const due = clock.now() + patience
      timer = clock.setTimeout(() => {
        // The host slept: the answer may be right behind this timer.
        if (clock.now() - due > patience) wait()
        else reject(new NoAnswer(`No answer within ${patience} ms.`))
      }, patience)
    }
    wait()
    const settle = (): void => clock.clearTimeout(timer)
    Promise.resolve().then(call).finally(settle).then(resolve, reject)
  })
}

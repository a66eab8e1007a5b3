import type { Signal } from '@holdfast/core'

const listeners = new Set<(isOnline: boolean) => void>()

/** What a browser tells by `online` and `offline`, for a process that has no such events. */
export const signals = {
  network: ((set) => {
    set(true)
    listeners.add(set)
    return () => listeners.delete(set)
  }) satisfies Signal,
  tell(isOnline: boolean): void {
    for (const listener of listeners) listener(isOnline)
  },
}

import type { Fate } from '../../packages/core/src/entry.ts'

/** One that is told nothing but this. */
export function fateOf(told: Partial<Fate> = {}): Fate {
  return { failed: () => undefined, move: () => undefined, ...told }
}

/** A source of numbers in [0, 1), as `Math.random`, so that it can be given wherever that is taken. */
export type Random = () => number

/** A small seeded generator (mulberry32): the same seed gives the same run, so that a failure can be replayed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed for each of the sequences that come from one: what one of them draws does not change the others. */
export function derived(seed: number, name: string): number {
  // FNV-1a; seeds that are neighbours have nothing in common afterwards.
  let hash = 0x811c9dc5
  for (const letter of `${seed} ${name}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}

/** A whole number from `min` to `max`, both included. */
export function integer(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1))
}

/** One of the items, each as likely as the others. */
export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('pick() needs at least one item')
  return items[integer(random, 0, items.length - 1)] as T // the index is within the bounds checked above
}

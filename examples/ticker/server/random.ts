/** Numbers in [0, 1) by a xorshift generator: the same seed gives the same market. */
export function seeded(seed: number): () => number {
  // A state of zero would stay zero.
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

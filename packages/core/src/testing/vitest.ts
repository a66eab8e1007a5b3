/**
 * The matchers, with their types for vitest: `expect.extend(holdfastMatchers)` in a setup file of yours. It loads
 * nothing of vitest.
 */
import type {} from 'vitest'
import type { HoldfastMatchers } from './matchers.ts'

export { type HoldfastMatchers, holdfastMatchers } from './matchers.ts'

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: declarations of one interface must have the same parameters
  interface Matchers<T = any> extends HoldfastMatchers {}
}

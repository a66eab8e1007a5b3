import { disableAutoUnmount, enableAutoUnmount } from '@vue/test-utils'
import { afterEach, beforeEach, vi } from 'vitest'
import { endAll } from './kit.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(async () => {
  endAll()
  // What was let go of is closed by then.
  await vi.advanceTimersByTimeAsync(20_000)
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

// Registered last, runs first. Anew for each file: hooks are a file's own, and this module's state is not.
disableAutoUnmount()
enableAutoUnmount(afterEach)

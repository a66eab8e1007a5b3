import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { atEnd, complaints } from './of-this-test.ts'

beforeEach(() => {
  vi.useFakeTimers()
  complaints.length = 0
  // React warns here: of updates outside act(), of hydration that does not match, of snapshots not cached.
  vi.spyOn(console, 'error').mockImplementation((...what) => void complaints.push(what.map(String).join(' ')))
})

afterEach(async () => {
  cleanup()
  for (const end of atEnd.splice(0)) end()
  // What was let go of is closed by then.
  await vi.advanceTimersByTimeAsync(20_000)
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(complaints).toEqual([])
})

import { afterEach, beforeEach, expect, vi } from 'vitest'

const complaints: string[] = []

// React and Vue warn here of what a reader of the examples must not meet: updates outside act(), for one.
beforeEach(() => {
  complaints.length = 0
  for (const method of ['error', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...what) => void complaints.push(what.map(String).join(' ')),
    )
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  expect(complaints).toEqual([])
})

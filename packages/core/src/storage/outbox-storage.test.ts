import { describe, expect, it } from 'vitest'
import { connect } from '../index.ts'
import { memoryOutbox } from '../testing/index.ts'

describe('a storage of your own', () => {
  it.each(['open', 'write', 'close'] as const)(
    'needs its %s(), and the call that it is given to says so',
    (method) => {
      const storage = Object.assign(memoryOutbox(), { [method]: undefined })
      expect(() => connect('ws://fake.test', { queue: { storage } })).toThrow(
        expect.objectContaining({
          code: 'CONFIGURATION',
          message: `queue.storage.${method} must be a function; got undefined.`,
        }),
      )
    },
  )
})

import { describe, expect, it } from 'vitest'
import { Frame } from './frame.ts'
import { virtualClock } from './testing/index.ts'

function setUp() {
  const clock = virtualClock()
  const told: number[] = []
  const start = clock.now()
  const frame: Frame = new Frame(clock.environment, () => told.push(clock.now() - start))
  return { clock, frame, told }
}

describe('Frame', () => {
  it('calls back once for many requests', async () => {
    const { clock, frame, told } = setUp()
    for (let i = 0; i < 5; i++) frame.request()
    expect(clock.pending).toBe(1)
    await clock.advance(100)
    expect(told).toEqual([16])
  })

  it('calls back again when asked again', async () => {
    const { clock, frame, told } = setUp()
    frame.request()
    await clock.advance(20)
    frame.request()
    await clock.advance(20)
    expect(told).toEqual([16, 36])
  })

  it('calls back at once when flushed, and leaves no timer', async () => {
    const { clock, frame, told } = setUp()
    frame.request()
    frame.flush()
    expect(clock.pending).toBe(0)
    await clock.advance(100)
    expect(told).toEqual([0])
  })

  it('does not call back when flushed without a request', () => {
    const { frame, told } = setUp()
    frame.flush()
    expect(told).toEqual([])
  })

  it('takes a request made within the callback for the frame after', async () => {
    const { clock } = setUp()
    let count = 0
    const frame: Frame = new Frame(clock.environment, () => {
      count += 1
      if (count < 3) frame.request()
    })
    frame.request()
    await clock.advance(32)
    expect(count).toBe(2)
    await clock.advance(100)
    expect(count).toBe(3)
  })
})

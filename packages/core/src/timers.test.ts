import { describe, expect, it } from 'vitest'
import { virtualClock } from './testing/index.ts'
import { MAX_DELAY, Timers } from './timers.ts'

const DAY = 24 * 60 * 60 * 1_000

function setUp() {
  const clock = virtualClock()
  const { environment } = clock
  const delays: number[] = []
  const fired: { name: string; at: number; lateBy: number }[] = []
  const start = clock.now()
  const timers = new Timers<'a' | 'b'>(
    {
      ...environment,
      setTimeout(callback, delay) {
        delays.push(delay)
        return environment.setTimeout(callback, delay)
      },
    },
    (name, lateBy) => fired.push({ name, at: clock.now() - start, lateBy }),
  )
  return { clock, timers, fired, delays, start }
}

describe('Timers', () => {
  it('fires each timer once, at its time', async () => {
    const { clock, timers, fired } = setUp()
    timers.start('a', 20)
    timers.start('b', 10)
    await clock.advance(100)
    expect(fired).toEqual([
      { name: 'b', at: 10, lateBy: 0 },
      { name: 'a', at: 20, lateBy: 0 },
    ])
    expect(clock.pending).toBe(0)
  })

  it('replaces a timer of the same name', async () => {
    const { clock, timers, fired } = setUp()
    timers.start('a', 10)
    timers.start('a', 30)
    expect(clock.pending).toBe(1)
    await clock.advance(100)
    expect(fired).toEqual([{ name: 'a', at: 30, lateBy: 0 }])
  })

  it('does not fire a timer that was stopped, and stopping none is nothing', async () => {
    const { clock, timers, fired } = setUp()
    timers.stop('a')
    timers.start('a', 10)
    timers.stop('a')
    timers.stop('a')
    expect(clock.pending).toBe(0)
    await clock.advance(100)
    expect(fired).toEqual([])
  })

  it('stops them all', () => {
    const { clock, timers } = setUp()
    timers.start('a', 10)
    timers.start('b', 10)
    timers.stopAll()
    expect(clock.pending).toBe(0)
  })

  it('never fires after Infinity, and stops what ran before', () => {
    const { clock, timers } = setUp()
    timers.start('a', 10)
    timers.start('a', Infinity)
    expect(clock.pending).toBe(0)
  })

  it('lets a callback start its own timer again', async () => {
    const clock = virtualClock()
    let count = 0
    const timers: Timers<'a'> = new Timers(clock.environment, () => {
      count += 1
      if (count < 3) timers.start('a', 10)
    })
    timers.start('a', 10)
    await clock.advance(100)
    expect(count).toBe(3)
  })

  it('keeps a delay of 60 days, and gives the host none over 2^31 - 1 ms', async () => {
    const { clock, timers, fired, delays } = setUp()
    timers.start('a', 60 * DAY)
    await clock.advance(60 * DAY - 1)
    expect(fired).toEqual([])
    await clock.advance(1)
    expect(fired).toEqual([{ name: 'a', at: 60 * DAY, lateBy: 0 }])
    expect(Math.max(...delays)).toBe(MAX_DELAY)
    expect(MAX_DELAY).toBe(2_147_483_647)
  })

  it('stops a long timer that is on its way', async () => {
    const { clock, timers, fired } = setUp()
    timers.start('a', 60 * DAY)
    await clock.advance(30 * DAY)
    timers.stop('a')
    expect(clock.pending).toBe(0)
    await clock.advance(60 * DAY)
    expect(fired).toEqual([])
  })

  it('says by how much it came late after a sleep', async () => {
    const { clock, timers, fired } = setUp()
    timers.start('a', 1_000)
    clock.sleep(61_000)
    await clock.advance(0)
    expect(fired).toEqual([{ name: 'a', at: 61_000, lateBy: 60_000 }])
  })

  it('fires a long timer at once when it is overdue after a sleep', async () => {
    const { clock, timers, fired } = setUp()
    timers.start('a', 60 * DAY)
    clock.sleep(70 * DAY)
    await clock.advance(0)
    expect(fired).toEqual([{ name: 'a', at: 70 * DAY, lateBy: 10 * DAY }])
  })

  it.each([1_000, 60 * DAY])('is not held up by a clock that is set back (%i ms)', async (delay) => {
    const { clock, timers, fired, start } = setUp()
    timers.start('a', delay)
    clock.set(start - 365 * DAY)
    await clock.advance(delay)
    expect(fired).toMatchObject([{ name: 'a', lateBy: 0 }])
  })
})

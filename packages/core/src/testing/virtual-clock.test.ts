import { describe, expect, it } from 'vitest'
import { virtualClock } from './index.ts'

describe('a virtual clock', () => {
  it('stands until it is told to go on, and begins where it is told to', async () => {
    expect(virtualClock(1_000).now()).toBe(1_000)
    const clock = virtualClock()
    const start = clock.now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(clock.now()).toBe(start)
    await clock.advance(30_000)
    expect(clock.now()).toBe(start + 30_000)
  })

  it('fires timers in order, each at its time, those of timers and promises too', async () => {
    const clock = virtualClock(0)
    const { setTimeout, clearTimeout } = clock.environment
    const told: [string, number][] = []
    const tell = (name: string) => () => void told.push([name, clock.now()])
    setTimeout(tell('b'), 20)
    setTimeout(async () => {
      tell('a')()
      for (let i = 0; i < 15; i++) await Promise.resolve()
      setTimeout(tell('of a'), 5)
    }, 10)
    setTimeout(tell('b too'), 20)
    clearTimeout(setTimeout(tell('never'), 15))
    setTimeout(tell('later'), 31)
    setTimeout(tell('no number'), Number.NaN)
    await clock.advance(30)
    expect(told).toEqual([
      ['no number', 0],
      ['a', 10],
      ['of a', 15],
      ['b', 20],
      ['b too', 20],
    ])
    expect(clock.pending).toBe(1)
  })

  it('goes on from timer to timer until something is true', async () => {
    const clock = virtualClock(0)
    const { setTimeout } = clock.environment
    let ticks = 0
    const tick = (): void => {
      ticks += 1
      setTimeout(tick, 1_000)
    }
    tick()
    await clock.until(() => ticks === 5)
    expect([ticks, clock.now()]).toEqual([5, 4_000])
    await clock.until(() => true)
    expect(clock.now()).toBe(4_000)
    await expect(clock.until(() => false, 10_000)).rejects.toThrow(
      /did not come true within 10000 ms; 1 timers/,
    )
    expect(clock.now()).toBe(14_000)
    await expect(virtualClock().until(() => false)).rejects.toThrow(/0 timers/)
  })

  it('lets a host sleep: timers that are due come late', async () => {
    const clock = virtualClock(0)
    const told: number[] = []
    clock.environment.setTimeout(() => told.push(clock.now()), 10)
    clock.sleep(1_000)
    expect(told).toEqual([])
    await clock.advance(0)
    expect(told).toEqual([1_000])
  })

  it('can be set, which no timer minds', async () => {
    const clock = virtualClock(0)
    const told: number[] = []
    clock.environment.setTimeout(() => told.push(clock.now()), 10)
    clock.set(5_000)
    await clock.advance(10)
    expect(told).toEqual([5_010])
  })

  it('draws a frame every 16 ms, unless that is taken back', async () => {
    const clock = virtualClock(0)
    const told: number[] = []
    clock.environment.requestFrame(() => told.push(clock.now()))
    clock.environment.requestFrame(() => told.push(-1))()
    await clock.advance(100)
    expect(told).toEqual([16])
  })

  it('ends a loop that would never end', async () => {
    const clock = virtualClock()
    const { setTimeout } = clock.environment
    const loop = (): void => void setTimeout(loop, 0)
    loop()
    await expect(clock.advance(1)).rejects.toThrow(/a loop/)
  })
})

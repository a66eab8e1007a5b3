import { describe, expect, it } from 'vitest'
import { virtualClock } from '../testing/index.ts'
import { NoAnswer, patiently } from './patience.ts'

/** A call that answers when it is told to, and what has become of it. */
function setUp() {
  const clock = virtualClock()
  let answer = (_: string): void => undefined
  const seen: unknown[] = []
  patiently(clock.environment, () => new Promise<string>((resolve) => (answer = resolve))).then(
    (value) => seen.push(value),
    (error) => seen.push(error),
  )
  return { clock, seen, answer: (value: string) => answer(value) }
}

describe('a call that takes its time', () => {
  it('has 5 s', async () => {
    const { clock, seen } = setUp()
    await clock.advance(4_999)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([expect.any(NoAnswer)])
    expect(clock.pending).toBe(0)
  })

  it('leaves no timer behind its answer', async () => {
    const { clock, seen, answer } = setUp()
    await clock.settle()
    answer('here')
    await clock.settle()
    expect([seen, clock.pending]).toEqual([['here'], 0])
  })

  it('has as much again where the host slept, and no more', async () => {
    const { clock, seen } = setUp()
    await clock.settle()
    clock.sleep(60_000)
    await clock.advance(4_999)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([expect.any(NoAnswer)])
  })
})

it('a call that throws rejects', async () => {
  const { clock } = setUp()
  const error = new Error('broken')
  const call = (): never => {
    throw error
  }
  await expect(patiently(clock.environment, call)).rejects.toBe(error)
})

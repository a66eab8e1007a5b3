import { expect, it } from 'vitest'
import { planStorm } from '../../examples/demo/shared/storm-plan.ts'

const SEEDS = Array.from({ length: 300 }, (_, index) => index * 7_919)

it('is the same for the same seed, and another for another', () => {
  expect(planStorm(7, 60_000)).toEqual(planStorm(7, 60_000))
  expect(planStorm(7, 60_000)).not.toEqual(planStorm(8, 60_000))
})

it.each([5_000, 60_000])('comes in order and within its %d ms, and ends what it began', (duration) => {
  for (const seed of SEEDS) {
    const steps = planStorm(seed, duration)
    expect(steps.length).toBeGreaterThan(1)
    const times = steps.map(({ at }) => at)
    expect(times).toEqual([...times].sort((one, other) => one - other))
    expect(times.every((at) => at >= 0 && at <= duration)).toBe(true)
    const lasting = steps.filter(({ body }) => typeof body.on === 'boolean')
    for (const name of new Set(lasting.map((step) => step.name))) {
      expect(lasting.findLast((step) => step.name === name)?.body.on).toBe(false)
    }
  }
})

it('has every kind of fault in a minute', () => {
  const names = new Set(planStorm(42, 60_000).map(({ name }) => name))
  const kinds = [
    'cut',
    'restart',
    'revoke',
    'close',
    'refuse',
    'black-hole',
    'throttle',
    'stop-reading',
    'burst',
  ]
  for (const kind of kinds) expect(names).toContain(kind)
})

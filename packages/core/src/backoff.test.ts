import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Backoff,
  type BackoffOptions,
  constant,
  decorrelatedJitter,
  exponential,
  fullJitter,
} from './backoff.ts'

const never = (): number => {
  throw new Error('Nothing is drawn here.')
}

/** The same number at every draw. */
const always = (value: number) => () => value

const options = fc
  .record({
    base: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    extra: fc.double({ min: 0, max: 1e7, noNaN: true }),
  })
  .map(({ base, factor, extra }) => ({ base, factor, cap: base + extra }))
const attempt = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.constantFrom(1_024, 1e6, Number.MAX_SAFE_INTEGER),
)
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('fullJitter()', () => {
  it('draws from 0 to a ceiling that doubles from 4 s up to 30 s', () => {
    const backoff = fullJitter()
    const ceilings = [1, 2, 3, 4, 5].map((attempt) => backoff({ attempt, previous: 0, random: always(1) }))
    expect(ceilings).toEqual([4_000, 8_000, 16_000, 30_000, 30_000])
    expect(backoff({ attempt: 3, previous: 0, random: always(0) })).toBe(0)
    expect(backoff({ attempt: 2, previous: 0, random: always(0.25) })).toBe(2_000)
  })

  it('begins at a cap that is lower than where it would begin', () => {
    expect(fullJitter({ cap: 3_000 })({ attempt: 1, previous: 0, random: always(1) })).toBe(3_000)
  })

  it('stays within 0 and cap, for any options and however many attempts', () => {
    fc.assert(
      fc.property(options, attempt, random, (given, attempt, drawn) => {
        const delay = fullJitter(given)({ attempt, previous: 0, random: always(drawn) })
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(given.cap)
      }),
    )
  })
})

describe('exponential()', () => {
  it('is the ceiling itself, and draws nothing', () => {
    const backoff = exponential({ base: 100, factor: 3, cap: 1_000 })
    const delays = [1, 2, 3, 4].map((attempt) => backoff({ attempt, previous: 0, random: never }))
    expect(delays).toEqual([100, 300, 900, 1_000])
  })

  it('never falls from one attempt to the next', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 2_000 }), (given, attempt) => {
        const backoff = exponential(given)
        const at = (number: number) => backoff({ attempt: number, previous: 0, random: never })
        expect(at(attempt + 1)).toBeGreaterThanOrEqual(at(attempt))
      }),
    )
  })

  it('is 0 for ever with a base of 0', () => {
    expect(exponential({ base: 0 })({ attempt: 5_000, previous: 0, random: never })).toBe(0)
  })
})

describe('decorrelatedJitter()', () => {
  it('draws from base to three times the delay before', () => {
    const backoff = decorrelatedJitter({ base: 100, cap: 10_000 })
    expect(backoff({ attempt: 1, previous: 0, random: always(0) })).toBe(100)
    expect(backoff({ attempt: 1, previous: 0, random: always(0.5) })).toBe(200)
    expect(backoff({ attempt: 9, previous: 1_000, random: always(0.5) })).toBe(1_550)
    expect(backoff({ attempt: 9, previous: 9_000, random: always(0.99) })).toBe(10_000)
  })

  it('stays within base and cap, whatever was drawn before', () => {
    fc.assert(
      fc.property(options, fc.array(random, { minLength: 1, maxLength: 40 }), (given, draws) => {
        const backoff = decorrelatedJitter(given)
        let previous = 0
        for (const [index, drawn] of draws.entries()) {
          previous = backoff({ attempt: index + 1, previous, random: always(drawn) })
          expect(previous).toBeGreaterThanOrEqual(given.base)
          expect(previous).toBeLessThanOrEqual(given.cap)
        }
      }),
    )
  })
})

describe('constant()', () => {
  it('is the same each time, and draws nothing', () => {
    expect(constant(70)({ attempt: 9, previous: 3, random: never })).toBe(70)
    expect(constant(0)({ attempt: 1, previous: 0, random: never })).toBe(0)
  })

  it.each([-1, Number.NaN, Infinity, '5', null, undefined, 5n])('refuses %s', (delay) => {
    expect(() => constant(delay as number)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining('constant(delay) must be a finite number of ms, 0 or more'),
      }),
    )
  })
})

describe.each<[string, (options: BackoffOptions) => Backoff]>([
  ['fullJitter()', fullJitter],
  ['exponential()', exponential],
  ['decorrelatedJitter()', decorrelatedJitter],
])('%s', (_, create) => {
  it.each<[string, object]>([
    ['base must be a finite number of ms, 0 or more', { base: -1 }],
    ['base must be a finite number of ms, 0 or more', { base: Number.NaN }],
    ['base must be a finite number of ms, 0 or more', { base: Infinity }],
    ['base must be a finite number of ms, 0 or more', { base: '2000' }],
    ['base must be a finite number of ms, 0 or more', { base: null }],
    ['factor must be a number, 1 or more', { factor: 0.9 }],
    ['factor must be a number, 1 or more', { factor: Number.NaN }],
    ['factor must be a number, 1 or more', { factor: Infinity }],
    ['factor must be a number, 1 or more', { factor: '2' }],
    ['cap must be a number of ms, base or more', { base: 10, cap: 9 }],
    ['cap must be a number of ms, base or more', { cap: Number.NaN }],
    ['cap must be a number of ms, base or more', { cap: Infinity }],
    ['cap must be a number of ms, base or more', { cap: '30000' }],
  ])('refuses what it cannot wait by: %s, not %o', (text, bad) => {
    expect(() => create(bad)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(`backoff ${text}`) }),
    )
  })

  it.each([null, 'x', 5, []])('takes no options but an object: %s', (bad) => {
    const message = expect.stringMatching('^The options of a backoff must be an object; got ')
    expect(() => create(bad as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', message }))
  })

  it('takes a base over the usual cap, which is the cap then', () => {
    const backoff = create({ base: 60_000 })
    for (const attempt of [1, 2]) expect(backoff({ attempt, previous: 0, random: always(1) })).toBe(60_000)
  })
})

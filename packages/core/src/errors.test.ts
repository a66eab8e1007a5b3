import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { describe as describeValue, HoldfastError, isHoldfastError, misconfigured } from './errors.ts'

describe('HoldfastError', () => {
  it('is an Error with a code, a name and a cause', () => {
    const cause = new Error('x')
    const error = new HoldfastError('DECODE', 'It is so.', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'HoldfastError', code: 'DECODE', message: 'It is so.', cause })
  })

  it('has a reason only where it is given one', () => {
    expect(new HoldfastError('DROPPED', 'x', { reason: 'expired' }).reason).toBe('expired')
    expect(new HoldfastError('DROPPED', 'x').reason).toBeUndefined()
  })

  it('has no cause of its own accord', () => {
    expect('cause' in new HoldfastError('DECODE', 'x')).toBe(false)
  })
})

describe('isHoldfastError()', () => {
  it('knows one, and that of another copy of the package', () => {
    class HoldfastErrorToo extends Error {
      override readonly name = 'HoldfastError'
      readonly code = 'CLOSED'
    }
    expect(isHoldfastError(new HoldfastError('CLOSED', 'x'))).toBe(true)
    expect(isHoldfastError(new HoldfastErrorToo())).toBe(true)
  })

  it.each([
    ['another error', new Error('x')],
    ['an error with a code', Object.assign(new Error('x'), { code: 'CLOSED' })],
    ['what only looks like one', { name: 'HoldfastError', code: 'CLOSED' }],
    ['null', null],
    ['undefined', undefined],
  ])('is not taken in by %s', (_, value) => {
    expect(isHoldfastError(value)).toBe(false)
  })
})

describe('what a message shows of a value', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [5n, '5'],
    ['s3cret', 'a string'],
    [() => 's3cret', 'a function'],
    [Symbol('s3cret'), 'a symbol'],
    [{ token: 's3cret' }, 'an object (Object)'],
    [['s3cret'], 'an object (Array)'],
    [runInNewContext('new Map()'), 'an object (Map)'],
  ])('%s: %s', (value, shown) => {
    expect(describeValue(value)).toBe(shown)
    expect(misconfigured('it', 'right', value).message).toBe(`it must be right; got ${shown}.`)
  })
})

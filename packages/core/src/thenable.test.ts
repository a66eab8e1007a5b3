import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { isThenable } from './thenable.ts'

const withThen = (then: unknown): object => Object.fromEntries([['then', then]])

it.each<[string, unknown, boolean]>([
  ['a promise', Promise.resolve(), true],
  ['one of another realm', runInNewContext('Promise.resolve()'), true],
  ['whatever has a function of that name', Object.create(withThen(() => undefined)), true],
  ['a message with a field of that name', withThen('x'), false],
  ['an object', {}, false],
  ['null', null, false],
  ['undefined', undefined, false],
  ['a text', 'then', false],
])('says of %s whether it is to be waited for', (_, value, expected) => {
  expect(isThenable(value)).toBe(expected)
})

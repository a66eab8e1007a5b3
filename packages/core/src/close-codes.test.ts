import { describe, expect, it } from 'vitest'
import { CLOSE_CODES, type CodeRule, frameCode, ruleFor } from './close-codes.ts'

const RETRY: CodeRule = { kind: 'retry' }

describe('ruleFor()', () => {
  it.each<[number[], CodeRule]>([
    [[1000, 1010, 3003, 4400, 4403, 4406], { kind: 'stop' }],
    [[1005, 1006, 1011, 1014, 3008, 4408], RETRY],
    [[1001], { kind: 'retry', spread: 5_000, firstOnly: true }],
    [[1012], { kind: 'retry', floor: 5_000, spread: 25_000 }],
    [[1013, 4429], { kind: 'retry', floor: 30_000 }],
    [[1002, 1003, 1007], { kind: 'limited', tries: 2, streak: 'protocol' }],
    [[1009], { kind: 'limited', tries: 2, streak: 'size' }],
    [[1008, 3000, 4401], { kind: 'reauthenticate' }],
    [[0, 1004, 1015, 1016, 2999, 3001, 3999, 4000, 4402, 4404, 4500, 4999], RETRY],
  ])('%j: %o', (codes, rule) => {
    for (const code of codes) expect(ruleFor(code), String(code)).toEqual(rule)
  })

  it('has a rule of its own for no other code', () => {
    expect(Object.keys(CLOSE_CODES)).toHaveLength(17)
  })
})

describe('the code of a close frame of ours', () => {
  it.each<[number | undefined, string, number]>([
    [4000, '', 4000],
    [4000, 'bye', 4000],
    [undefined, '', 1005],
    [undefined, 'bye', 1000],
  ])('with the code %s and the reason %j is %d', (code, reason, expected) => {
    expect(frameCode(code, reason)).toBe(expected)
  })
})

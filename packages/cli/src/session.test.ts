import { expect, it } from 'vitest'
import { ruleFor } from '../../core/src/close-codes.ts'
import { REFUSALS } from './session.ts'

it('takes those close codes for refusals that the core does not try again as it is', () => {
  const codes = Array.from({ length: 4_000 }, (_, index) => 1_000 + index)
  const refused = codes.filter((code) => /^(stop|reauthenticate)$/.test(ruleFor(code).kind))
  // 1000 is an end on purpose.
  expect(new Set(refused)).toEqual(new Set([1000, ...REFUSALS]))
})

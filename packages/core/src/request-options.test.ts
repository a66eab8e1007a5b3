import { describe, expect, it } from 'vitest'
import { checkedRequest } from './request-options.ts'

/** Options that TypeScript would not let pass. */
const untyped = checkedRequest as (options: unknown) => unknown
const match = () => true
const idOf = () => 1

describe('the options of a request', () => {
  it('are taken as they are, with 30 s for the answer', () => {
    expect(checkedRequest({ match })).toEqual({ match, timeout: 30_000 })
    expect(checkedRequest({ id: 1, idOf, retry: false })).toEqual({
      id: 1,
      idOf,
      retry: false,
      timeout: 30_000,
    })
  })

  it('may say how long, give a signal, and have an id that is a text, even an empty one', () => {
    const { signal } = new AbortController()
    const options = { id: '', idOf, timeout: 0, signal, retry: true }
    expect(checkedRequest(options)).toEqual(options)
  })

  it.each<[string, string, unknown]>([
    ['The options of request() must be an object; got undefined', 'none', undefined],
    ['The options of request() must be an object; got null', 'null', null],
    ['The options of request() must be an object; got a function', 'a function', match],
    ['request() must be given either match, or id and idOf; got undefined', 'neither', { id: 1 }],
    ['request() must be given either match, or id and idOf; got a function', 'both', { match, id: 1, idOf }],
    ['request.match must be a function; got 5', 'a match that is none', { match: 5 }],
    ['request.match must be a function; got null', 'a match that is null', { match: null }],
    ['request.idOf must be a function; got a string', 'an idOf that is none', { id: 1, idOf: 'id' }],
    ['request.idOf must be a function; got null', 'an idOf that is null', { id: 1, idOf: null }],
    ['request.id must be a string or a number; got undefined', 'no id', { idOf }],
    ['request.id must be a string or a number; got 1', 'an id that is a bigint', { id: 1n, idOf }],
    ['request.retry must be true or false; got null', 'a retry that is null', { match, retry: null }],
    ['request.signal must be an AbortSignal; got null', 'a signal that is null', { match, signal: null }],
    ['request.signal must be an AbortSignal; got an object (Object)', 'no signal', { match, signal: {} }],
    [
      'request.timeout must be a number of ms, 0 or more; got -1',
      'a timeout below 0',
      { match, timeout: -1 },
    ],
  ])('are refused: %s (%s)', (message, _, options) => {
    expect(() => untyped(options)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: `${message}.` }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { failureOf } from './failure.ts'

describe('failureOf', () => {
  it.each<[Error, string]>([
    [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new Error('Unexpected server response: 403'), 'HTTP 403'],
    [new Error('Server sent no subprotocol'), 'Server sent no subprotocol'],
    [new Error('Invalid Upgrade header'), 'Invalid Upgrade header'],
  ])('tells %s', (error, failure) => {
    expect(failureOf(error)).toBe(failure)
  })

  it.each([
    'Invalid URL: wss://example.com/?access_token=secret',
    'Server sent no subprotocol: bearer.secret',
    'The "bearer.secret" subprotocol is duplicated',
  ])('does not tell %j: a message that is not known may quote a token', (message) => {
    expect(failureOf(new Error(message))).toBe('failed')
  })
})

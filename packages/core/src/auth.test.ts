import { describe, expect, it } from 'vitest'
import { checkAuth, isLoopback } from './auth.ts'
import { firstMessage, queryParameter, subprotocol } from './carriers.ts'

const token = () => 'token'
const create = () => 'sign in'
const accepted = () => true

describe('checkAuth()', () => {
  it.each([
    ['queryParameter()', queryParameter()],
    ['subprotocol()', subprotocol()],
    ['firstMessage()', firstMessage({ create, accepted })],
  ])('takes %s', (_, via) => {
    expect(() => checkAuth({ token, via })).not.toThrow()
  })

  it.each<[string, unknown]>([
    ['auth', null],
    ['auth', 5],
    ['auth.token', { via: queryParameter() }],
    ['auth.token', { token: 'fixed', via: queryParameter() }],
    ['auth.via', { token }],
    ['auth.via', { token, via: null }],
    ['auth.via', { token, via: 'query' }],
    ['auth.via', { token, via: {} }],
    ['auth.via', { token, via: { handshake: () => undefined } }],
  ])('names %s where it is wrong: %o', (name, auth) => {
    expect(() => checkAuth(auth as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringMatching(`^${name} must be .+; got`),
      }),
    )
  })
})

describe('isLoopback()', () => {
  it.each(['localhost', 'app.localhost', '127.0.0.1', '127.1.2.3', '127.10.20.130', '[::1]'])(
    'takes %s',
    (host) => {
      expect(isLoopback(host)).toBe(true)
    },
  )

  it.each([
    'example.com',
    'localhost.example.com',
    'notlocalhost',
    '127.0.0.1.example.com',
    '128.0.0.1',
    '[::2]',
    '10.0.0.1',
    '',
  ])('does not take %s', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})

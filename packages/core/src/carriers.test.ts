import { describe, expect, it } from 'vitest'
import { firstMessage, queryParameter, subprotocol, tokenCarrier } from './carriers.ts'

const target = { url: 'wss://example.com/chat?room=1', protocols: ['chat.v1'] }

describe('queryParameter', () => {
  it('adds the token to the query, escaped, and keeps what is there', () => {
    const carried = queryParameter().handshake?.(target, 'a b&c=d')
    expect(carried).toEqual({
      url: 'wss://example.com/chat?room=1&access_token=a+b%26c%3Dd',
      protocols: ['chat.v1'],
    })
  })

  it('takes the name that it is given', () => {
    expect(queryParameter('ticket').handshake?.(target, 't').url).toContain('ticket=t')
  })
})

describe('subprotocol', () => {
  it('offers the token after the real ones, so that a server takes a real one', () => {
    expect(subprotocol().handshake?.(target, 'abc.def').protocols).toEqual(['chat.v1', 'bearer.abc.def'])
  })

  it('takes the prefix that it is given, even none', () => {
    expect(subprotocol('token-').handshake?.(target, 'abc').protocols.at(-1)).toBe('token-abc')
    expect(subprotocol('').handshake?.(target, 'abc').protocols.at(-1)).toBe('abc')
  })

  it('leaves the URL as it is', () => {
    expect(subprotocol().handshake?.(target, 'abc').url).toBe(target.url)
  })

  it.each([
    ['a=b', 'bearer.YT1i'],
    ['a', 'bearer.a'],
    ['a b', 'bearer.YSBi'],
    ['é~', 'bearer.w6l-'],
    ['ü', 'bearer.w7w'],
    ['???>>>', 'bearer.Pz8_Pj4-'],
  ])('encodes %j in base64url without padding', (token, protocol) => {
    expect(subprotocol().handshake?.(target, token).protocols.at(-1)).toBe(protocol)
  })

  it('carries a token of 400,000 characters', () => {
    const token = '='.repeat(400_000)
    expect(subprotocol().handshake?.(target, token).protocols.at(-1)).toHaveLength(7 + 533_334)
  })
})

const create = () => ''
const accepted = () => true

describe('firstMessage', () => {
  it('hands on what it was given', () => {
    const options = { create, accepted, refused: () => false, timeout: 0 }
    expect(firstMessage(options)).toMatchObject({ signIn: options })
  })
})

describe('tokenCarrier', () => {
  it('hands on what it was given, in the handshake, by message or both', () => {
    const handshake = (_: object, token: string) => ({ url: token, protocols: [] })
    const signIn = { create, accepted }
    expect(tokenCarrier({ handshake }).handshake?.(target, 'x')).toEqual({ url: 'x', protocols: [] })
    expect(tokenCarrier({ handshake }).signIn).toBeUndefined()
    expect(tokenCarrier({ signIn })).toMatchObject({ signIn })
    expect(tokenCarrier({ signIn }).handshake).toBeUndefined()
    expect(tokenCarrier({ handshake, signIn })).toMatchObject({ handshake: expect.any(Function), signIn })
  })

  it('takes an instance of a class', () => {
    class Path {
      readonly prefix = '/'
      get signIn() {
        return { create, accepted }
      }
      handshake({ url, protocols }: typeof target, token: string) {
        return { url: `${url}${this.prefix}${token}`, protocols }
      }
    }
    const { handshake, signIn } = tokenCarrier(new Path())
    expect(handshake?.(target, 'x').url).toBe(`${target.url}/x`)
    expect(signIn).toEqual({ create, accepted })
  })
})

describe('bad input to a carrier', () => {
  it.each<[string, () => unknown]>([
    ['queryParameter(name) must be a name; got a string', () => queryParameter('')],
    ['queryParameter(name) must be a name; got 5', () => queryParameter(5 as never)],
    ['subprotocol(prefix) must be an RFC 7230 token; got a string', () => subprotocol('bearer ')],
    ['subprotocol(prefix) must be an RFC 7230 token; got a string', () => subprotocol('ü.')],
    ['subprotocol(prefix) must be an RFC 7230 token; got 5', () => subprotocol(5 as never)],
    ['firstMessage.create must be a function; got undefined', () => firstMessage({ accepted } as never)],
    ['firstMessage.accepted must be a function; got undefined', () => firstMessage({ create } as never)],
    [
      'firstMessage.refused must be a function; got 1',
      () => firstMessage({ create, accepted, refused: 1 as never }),
    ],
    ['firstMessage must be an object; got undefined', () => firstMessage(undefined as never)],
    ['tokenCarrier(options) must be an object; got null', () => tokenCarrier(null as never)],
    ['tokenCarrier.handshake must be a function; got undefined', () => tokenCarrier({})],
    ['tokenCarrier.handshake must be a function; got 5', () => tokenCarrier({ handshake: 5 as never })],
    [
      'tokenCarrier.handshake must be a function; got 5',
      () => tokenCarrier({ handshake: 5 as never, signIn: { create, accepted } }),
    ],
    ['tokenCarrier.signIn must be an object; got 5', () => tokenCarrier({ signIn: 5 as never })],
    [
      'tokenCarrier.signIn.accepted must be a function; got undefined',
      () => tokenCarrier({ signIn: { create } as never }),
    ],
    ...([-1, Number.NaN, '5'] as number[]).map((timeout): [string, () => unknown] => [
      `firstMessage.timeout must be a number of ms, 0 or more; got ${timeout === ('5' as never) ? 'a string' : timeout}`,
      () => firstMessage({ create, accepted, timeout }),
    ]),
  ])('is a CONFIGURATION error at the call: %s', (message, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'CONFIGURATION', message: `${message}.` }))
  })
})

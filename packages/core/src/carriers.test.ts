import { describe, expect, it } from 'vitest'
import { firstMessage, isHoldfastError, queryParameter, subprotocol } from './index.ts'

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

  it.each([
    ['a=b', 'bearer.YT1i'],
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

describe('bad input to a carrier', () => {
  it.each([
    ['an empty query parameter', () => queryParameter('')],
    ['a prefix that no subprotocol can have', () => subprotocol('bearer ')],
    ['no create', () => firstMessage({ accepted: () => true } as never)],
    ['no accepted', () => firstMessage({ create: () => '' } as never)],
    [
      'refused that is no function',
      () => firstMessage({ create: () => '', accepted: () => true, refused: 1 as never }),
    ],
    ['a negative timeout', () => firstMessage({ create: () => '', accepted: () => true, timeout: -1 })],
  ])('%s is a CONFIGURATION error at the call', (_, call) => {
    let thrown: unknown
    try {
      call()
    } catch (error) {
      thrown = error
    }
    expect(isHoldfastError(thrown) && thrown.code).toBe('CONFIGURATION')
  })
})

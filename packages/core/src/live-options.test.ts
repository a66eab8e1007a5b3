import { describe, expect, it } from 'vitest'
import type { Auth } from './auth.ts'
import { constant } from './backoff.ts'
import { firstMessage, queryParameter } from './carriers.ts'
import { json } from './codec.ts'
import { canonical, liveOptions, plainData } from './live-options.ts'
import type { ConnectionOptions, MessageOptions } from './options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import type { CloseInfo } from './state.ts'
import { memoryOutbox } from './testing/index.ts'

type Options = ConnectionOptions & MessageOptions

const URL = 'ws://fake.test'
const CLOSE: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open' }

function schemaOf(name: string): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: name }) } }
}

function authOf(name: string): Auth {
  return {
    token: () => name,
    via: firstMessage({
      create: (token) => `${name} ${token}`,
      accepted: (incoming) => incoming === name,
      refused: (incoming) => incoming === `not ${name}`,
    }),
  }
}

/** Every function that options may have, each saying by what it answers which options it is of. */
function optionsOf(name: string): Options {
  return {
    protocols: () => name,
    codec: { encode: () => name, decode: () => name },
    schema: schemaOf(name),
    auth: authOf(name),
    heartbeat: { message: () => name, isReply: (incoming) => incoming === name, interval: 9 },
    delivery: { id: () => name, acknowledged: () => name, window: 5 },
    reconnect: { backoff: constant(name.length), shouldReconnect: () => name !== 'first', maxAttempts: 7 },
    connectTimeout: 5,
  }
}

/** What all the functions of options answer. */
function answersOf({ protocols, codec, schema, auth, reconnect, heartbeat, delivery }: Options) {
  const { message, isReply } = heartbeat || {}
  const { backoff, shouldReconnect } = reconnect || {}
  const { create, accepted, refused } = auth?.via.signIn ?? {}
  const context = { attempt: 1, refused: false, signal: new AbortController().signal }
  return {
    protocols: typeof protocols === 'function' && protocols(1),
    encode: codec?.encode('' as never),
    decode: codec?.decode(''),
    schema: schema?.['~standard'].validate(''),
    id: delivery?.id(''),
    acknowledged: delivery?.acknowledged(''),
    token: auth?.token(context),
    create: create?.('token'),
    accepted: accepted?.('second' as never),
    refused: refused?.('not second' as never),
    ping: message?.(),
    isReply: isReply?.('second'),
    backoff: backoff?.({ attempt: 1, previous: 0, random: () => 0 }),
    shouldReconnect: shouldReconnect?.(CLOSE, 1),
  }
}

const view = {}

describe('liveOptions()', () => {
  it('calls the functions of the options that it was given last', () => {
    const live = liveOptions(() => 'ws://first.test', optionsOf('first'))
    const { options, url } = live
    expect(answersOf(options)).toEqual(answersOf(optionsOf('first')))
    live.update(view, () => 'ws://second.test', optionsOf('second'))
    expect(answersOf(options)).toEqual(answersOf(optionsOf('second')))
    expect(typeof url === 'function' && url(1)).toBe('ws://second.test')
  })

  it('asks the carrier of a handshake that it was given last', () => {
    const auth = (name: string): Auth => ({ token: () => 'x', via: queryParameter(name) })
    const live = liveOptions(URL, { auth: auth('first') })
    live.update(view, URL, { auth: auth('second') })
    const target = live.options.auth?.via.handshake?.({ url: 'ws://a.test/', protocols: [] }, 'x')
    expect(target?.url).toBe('ws://a.test/?second=x')
  })

  it('calls each function as one of the object that has it', () => {
    class Beat {
      readonly #pong = 'pong'
      message() {
        return 'ping'
      }
      isReply(incoming: unknown) {
        return incoming === this.#pong
      }
    }
    const live = liveOptions(URL, { heartbeat: new Beat() })
    const heartbeat = live.options.heartbeat || undefined
    expect(heartbeat?.isReply?.('pong')).toBe(true)
    live.update(view, URL, { heartbeat: { message: () => 'other' } })
    expect(heartbeat?.isReply?.('pong')).toBe(true)
    expect(heartbeat?.message()).toBe('other')
  })

  it('knows an identity that is of a class', () => {
    class Session {
      readonly via = queryParameter()
      get identity() {
        return 'ann'
      }
      token() {
        return 'a'
      }
    }
    expect(liveOptions(URL, { auth: new Session() }).options.auth?.identity).toBe('ann')
  })

  it('calls those of the views that are left, newest first', () => {
    const asked: string[] = []
    const ask = (name: string) => () => {
      asked.push(name)
      return URL
    }
    const [a, b, c] = [{}, {}, {}]
    const live = liveOptions(ask('first'), {})
    live.update(a, ask('a'), {})
    live.update(b, ask('b'), {})
    live.update(c, ask('c'), {})
    live.update(a, ask('a again'), {})
    for (const gone of [b, a, c]) {
      if (typeof live.url === 'function') live.url(1)
      live.forget(gone)
    }
    if (typeof live.url === 'function') live.url(1)
    expect(asked).toEqual(['a again', 'a again', 'c', 'c'])
  })

  it('keeps the plain data as they were', () => {
    const live = liveOptions(URL, optionsOf('first'))
    live.update(view, 'ws://other.test', { connectTimeout: 99 })
    expect(live.url).toBe(URL)
    expect(live.options).toMatchObject({ connectTimeout: 5, heartbeat: { interval: 9 } })
  })

  it('has no function where there was none', () => {
    const { options, url } = liveOptions(URL, { reconnect: false, protocols: 'chat' })
    expect(url).toBe(URL)
    expect(options).toEqual({ reconnect: false, protocols: 'chat' })
    expect(liveOptions(URL, {}).options).toEqual({ reconnect: {} })
  })

  it('leaves what is no function as it is, for whoever connects with it to refuse', () => {
    const { heartbeat, delivery, codec, schema } = liveOptions(URL, {
      heartbeat: { message: 'ping' as never },
      delivery: {} as never,
      codec: { encode: 1 } as never,
      schema: 'zod' as never,
    }).options
    expect({ heartbeat, delivery, codec, schema }).toEqual({
      heartbeat: { message: 'ping' },
      delivery: {},
      codec: { encode: 1 },
      schema: { '~standard': {} },
    })
  })

  it('falls back on the first ones where the new ones have none', () => {
    const live = liveOptions(URL, optionsOf('first'))
    live.update(view, 'ws://now.test', {})
    const { token, create, encode, backoff, shouldReconnect, protocols } = answersOf(live.options)
    expect({ token, create, encode }).toEqual({ token: 'first', create: 'first token', encode: 'first' })
    expect(backoff).toBe(5)
    expect(shouldReconnect).toBe(false)
    expect(protocols).toEqual([])
  })

  it('falls back on each function that the new ones leave out', () => {
    const first = optionsOf('second')
    const live = liveOptions(URL, first)
    live.update(view, URL, {
      auth: { token: () => 'x', via: firstMessage({ create: () => 'x', accepted: () => true }) },
      heartbeat: { message: () => 'x' },
      reconnect: {},
    })
    const { refused, isReply, shouldReconnect, backoff } = answersOf(first)
    expect(answersOf(live.options)).toMatchObject({ refused, isReply, shouldReconnect, backoff })
  })

  it('falls back on the first policies where the new options do not reconnect', () => {
    const live = liveOptions(URL, optionsOf('first'))
    live.update(view, URL, { ...optionsOf('second'), reconnect: false })
    expect(answersOf(live.options)).toMatchObject({ backoff: 5, shouldReconnect: false })
  })
})

describe('plainData()', () => {
  it('is the same for new functions, codecs, schemas and environments', () => {
    expect(plainData(optionsOf('first'))).toBe(plainData(optionsOf('second')))
    expect(plainData({ codec: json() })).toBe(plainData({ codec: json() }))
    expect(plainData({ environment: {} })).toBe(plainData({}))
    expect(plainData({ protocols: 'a' })).toBe(plainData({ protocols: ['a'] }))
    expect(plainData({ protocols: [] })).toBe(plainData({}))
    expect(plainData({ protocols: () => 'a' })).toBe(plainData({ protocols: () => ['b'] }))
  })

  it('is the same whatever the order, and for undefined', () => {
    expect(plainData({ lazy: true, closeTimeout: 5, binaryType: undefined as never })).toBe(
      plainData({ closeTimeout: 5, lazy: true }),
    )
  })

  it.each<[string, Options, Options]>([
    ['a number', { connectTimeout: 5 }, { connectTimeout: 6 }],
    ['a number and a text', { connectTimeout: 5 }, { connectTimeout: '5' as never }],
    ['a nested one', { queue: { maxMessages: 5 } }, { queue: { maxMessages: 6 } }],
    ['a list', { protocols: ['a', 'b'] }, { protocols: ['a'] }],
    ['false and an object', { queue: false }, { queue: {} }],
    ['a function and a value', { protocols: () => 'a' }, { protocols: 'a' }],
    ['a codec that is there', { codec: json() }, {}],
    ['a schema that is there', { schema: schemaOf('x') }, {}],
    ['a storage that is there', { queue: { storage: memoryOutbox() } }, { queue: {} }],
    ['null and an object', { queue: null as never }, { queue: {} }],
  ])('tells %s apart', (_, a, b) => {
    expect(plainData(a)).not.toBe(plainData(b))
  })
})

describe('canonical()', () => {
  it('takes nothing in a text for a mark of its own', () => {
    expect(canonical(['a', 'b'])).not.toBe(canonical(['a,"b"']))
    expect(canonical(['a,b'])).not.toBe(canonical(['a', 'b']))
    expect(canonical({ a: 'x,b=y' })).not.toBe(canonical({ a: 'x', b: 'y' }))
    expect(canonical('1')).not.toBe(canonical(1))
    expect(canonical({ 'a=number:1,b': 2 })).not.toBe(canonical({ a: 1, b: 2 }))
  })

  it('tells a list from an object with the same entries, and from one with a gap', () => {
    expect(canonical(['a', 'b'])).not.toBe(canonical({ 0: 'a', 1: 'b' }))
    expect(canonical(['a', undefined])).not.toBe(canonical(['a']))
  })

  it('sorts what is nested, but no list', () => {
    expect(canonical({ to: { b: 1, a: [2] } })).toBe(canonical({ to: { a: [2], b: 1 } }))
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]))
  })
})

import { describe, expect, it } from 'vitest'
import { queryParameter } from './carriers.ts'
import { json } from './codec.ts'
import { settingsOf } from './options.ts'

/** Settings of options that TypeScript would not let pass. */
const untyped = settingsOf as (options: unknown) => ReturnType<typeof settingsOf>

describe('settingsOf()', () => {
  it('fills in every default', () => {
    expect(settingsOf({})).toEqual({
      protocols: [],
      binaryType: 'blob',
      reconnect: { backoff: expect.any(Function), maxAttempts: Infinity, stableAfter: 5_000 },
      canReconnect: true,
      auth: undefined,
      maxRefusals: 2,
      heartbeat: undefined,
      connectTimeout: 10_000,
      delivery: undefined,
      closeTimeout: 3_000,
      queue: {
        maxMessages: 10_000,
        maxBytes: 16 * 1024 * 1024,
        overflow: 'throw',
        ttl: Infinity,
        highWaterMark: 256 * 1024,
        recover: 'unsent',
        keepWritten: 256 * 1024,
      },
      lazy: false,
      idleTimeout: Infinity,
    })
  })

  it('takes undefined for what is not given', () => {
    const empty = { protocols: undefined, reconnect: undefined, queue: { ttl: undefined }, lazy: undefined }
    const { reconnect, ...rest } = untyped(empty)
    const { reconnect: expected, ...others } = settingsOf({})
    expect(rest).toEqual(others)
    expect(reconnect).toMatchObject({ maxAttempts: expected.maxAttempts, stableAfter: expected.stableAfter })
  })

  it('takes what is given', () => {
    const backoff = () => 5
    const shouldReconnect = () => true
    const protocols = () => 'chat'
    const message = () => 'ping'
    const isReply = () => true
    const settings = settingsOf({
      protocols,
      binaryType: 'arraybuffer',
      reconnect: { backoff, shouldReconnect, maxAttempts: 3, stableAfter: 0 },
      connectTimeout: Infinity,
      closeTimeout: 0,
      heartbeat: { message, isReply, interval: 0.5, timeout: Infinity },
      queue: { maxMessages: 1, maxBytes: Infinity, overflow: 'drop-oldest', ttl: 0, highWaterMark: 1 },
      lazy: true,
      idleTimeout: 0.5,
    })
    expect(settings).toMatchObject({
      protocols,
      binaryType: 'arraybuffer',
      reconnect: { backoff, shouldReconnect, maxAttempts: 3, stableAfter: 0 },
      connectTimeout: Infinity,
      closeTimeout: 0,
      heartbeat: { message, isReply, interval: 0.5, timeout: Infinity, highWaterMark: 1 },
      queue: { maxMessages: 1, maxBytes: Infinity, overflow: 'drop-oldest', ttl: 0, highWaterMark: 1 },
      lazy: true,
      idleTimeout: 0.5,
    })
  })

  it('asks by default after 25 s, and waits for 10 s; without a queue into any buffer', () => {
    const message = () => 'ping'
    expect(settingsOf({ heartbeat: { message }, queue: false }).heartbeat).toEqual({
      message,
      interval: 25_000,
      timeout: 10_000,
      highWaterMark: Infinity,
    })
    expect(settingsOf({ heartbeat: false }).heartbeat).toBeUndefined()
  })

  it('has no queue and does not come back with false', () => {
    expect(settingsOf({ queue: false, reconnect: false })).toMatchObject({
      queue: undefined,
      canReconnect: false,
    })
  })
})

const NO_DURATION = [-1, Number.NaN, '5', null, true, 5n, {}]
const NO_COUNT = [0, -1, 1.5, Number.NaN, '5', null, true, 5n]
const NO_FUNCTION = [5, 'x', null, {}, true]
const AUTH = { token: () => 't', via: queryParameter() }
const NO_OBJECT = [5, 'x', null, true]

describe.each<[string, readonly unknown[], (value: unknown) => unknown]>([
  ['options', ['x', 5, null], (options) => options],
  ['connectTimeout', NO_DURATION, (connectTimeout) => ({ connectTimeout })],
  ['closeTimeout', NO_DURATION, (closeTimeout) => ({ closeTimeout })],
  ['idleTimeout', NO_DURATION, (idleTimeout) => ({ lazy: true, idleTimeout })],
  ['idleTimeout', [5], (idleTimeout) => ({ idleTimeout })],
  ['lazy', ['yes', 1, null, {}], (lazy) => ({ lazy })],
  ['binaryType', ['buffer', 5, null, 'Blob'], (binaryType) => ({ binaryType })],
  ['reconnect', [...NO_OBJECT], (reconnect) => ({ reconnect })],
  ['reconnect.backoff', NO_FUNCTION, (backoff) => ({ reconnect: { backoff } })],
  ['reconnect.maxAttempts', NO_COUNT, (maxAttempts) => ({ reconnect: { maxAttempts } })],
  ['reconnect.stableAfter', NO_DURATION, (stableAfter) => ({ reconnect: { stableAfter } })],
  ['reconnect.shouldReconnect', NO_FUNCTION, (shouldReconnect) => ({ reconnect: { shouldReconnect } })],
  ['heartbeat', NO_OBJECT, (heartbeat) => ({ heartbeat })],
  ['heartbeat.message', [...NO_FUNCTION, undefined], (message) => ({ heartbeat: { message } })],
  ['heartbeat.isReply', NO_FUNCTION, (isReply) => ({ heartbeat: { message: () => 'ping', isReply } })],
  ['heartbeat.interval', [...NO_DURATION, 0], (interval) => ({ heartbeat: { message: () => 1, interval } })],
  ['heartbeat.timeout', [...NO_DURATION, 0], (timeout) => ({ heartbeat: { message: () => 1, timeout } })],
  ['auth.renewBy', ['soon', 5, null], (renewBy) => ({ auth: { ...AUTH, renewBy } })],
  ['auth.renewBy', ['handover'], (renewBy) => ({ queue: false, auth: { ...AUTH, renewBy } })],
  ['queue', NO_OBJECT, (queue) => ({ queue })],
  ['queue.maxMessages', NO_COUNT, (maxMessages) => ({ queue: { maxMessages } })],
  ['queue.maxBytes', NO_COUNT, (maxBytes) => ({ queue: { maxBytes } })],
  ['queue.overflow', ['block', 5, null, 'Throw'], (overflow) => ({ queue: { overflow } })],
  ['queue.ttl', NO_DURATION, (ttl) => ({ queue: { ttl } })],
  ['queue.highWaterMark', NO_COUNT, (highWaterMark) => ({ queue: { highWaterMark } })],
  ['environment', NO_OBJECT, (environment) => ({ environment })],
  ['codec', [5, 'json', null, true], (codec) => ({ codec })],
  ['codec.encode', NO_FUNCTION, (encode) => ({ codec: { ...json(), encode } })],
  ['codec.decode', NO_FUNCTION, (decode) => ({ codec: { ...json(), decode } })],
  ['schema', [5, 'x', null, {}, { '~standard': {} }, () => true], (schema) => ({ schema })],
])('%s', (name, values, optionsOf) => {
  it.each(values.map((value) => [value]))('may not be %s', (value) => {
    expect(() => untyped(optionsOf(value))).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringMatching(new RegExp(`^${name} must be .+; got .+\\.$`)),
      }),
    )
  })
})

describe('protocols', () => {
  it.each(['', 'a b', ['a', 'a'], [5], 5, null, {}].map((value) => [value]))('may not be %j', (protocols) => {
    expect(() => untyped({ protocols })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
  })
})

describe('schema', () => {
  it('may be a function that is one, as those of ArkType are', () => {
    const validate = (value: unknown) => ({ value })
    const schema = Object.assign(() => true, {
      '~standard': { version: 1, vendor: 'test', validate },
    } as const)
    expect(() => settingsOf({ schema })).not.toThrow()
  })
})

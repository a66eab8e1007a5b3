import { describe, expect, it } from 'vitest'
import { queryParameter } from './carriers.ts'
import { json } from './codec.ts'
import { describe as describeValue } from './errors.ts'
import { settingsOf } from './options.ts'
import { memoryOutbox } from './testing/index.ts'

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
    const queue = {
      maxMessages: undefined,
      maxBytes: undefined,
      overflow: undefined,
      ttl: undefined,
      highWaterMark: undefined,
      recover: undefined,
      keepWritten: undefined,
      storage: undefined,
    }
    const none = {
      backoff: undefined,
      maxAttempts: undefined,
      stableAfter: undefined,
      shouldReconnect: undefined,
    }
    const empty = {
      protocols: undefined,
      binaryType: undefined,
      auth: undefined,
      reconnect: none,
      connectTimeout: undefined,
      closeTimeout: undefined,
      heartbeat: undefined,
      queue,
      delivery: undefined,
      lazy: undefined,
      idleTimeout: undefined,
      environment: undefined,
      codec: undefined,
      schema: undefined,
    }
    for (const given of [empty, { ...empty, queue: undefined, reconnect: undefined }]) {
      const { reconnect, ...rest } = settingsOf(given)
      const { reconnect: expected, ...others } = settingsOf({})
      expect(rest).toEqual(others)
      expect(reconnect).toEqual({ ...expected, backoff: expect.any(Function) })
    }
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
const NO_OBJECT = [5, 'x', null, true, []]

const DELIVERY = { id: () => 1, acknowledged: () => undefined }
const MS = 'a number of ms, 0 or more'
const MORE_MS = 'a number of ms, more than 0'
const COUNT = 'a whole number, 1 or more'

describe.each<[string, string, readonly unknown[], (value: unknown) => unknown]>([
  ['connectTimeout', MS, NO_DURATION, (connectTimeout) => ({ connectTimeout })],
  ['closeTimeout', MS, NO_DURATION, (closeTimeout) => ({ closeTimeout })],
  ['idleTimeout', MS, NO_DURATION, (idleTimeout) => ({ lazy: true, idleTimeout })],
  ['idleTimeout', 'given together with lazy: true', [5], (idleTimeout) => ({ idleTimeout })],
  ['lazy', 'true or false', ['yes', 1, null, {}], (lazy) => ({ lazy })],
  ['binaryType', "'blob' or 'arraybuffer'", ['buffer', 5, null, 'Blob'], (binaryType) => ({ binaryType })],
  ['reconnect', 'an object', NO_OBJECT, (reconnect) => ({ reconnect })],
  ['reconnect.backoff', 'a function', NO_FUNCTION, (backoff) => ({ reconnect: { backoff } })],
  ['reconnect.maxAttempts', COUNT, NO_COUNT, (maxAttempts) => ({ reconnect: { maxAttempts } })],
  ['reconnect.stableAfter', MS, NO_DURATION, (stableAfter) => ({ reconnect: { stableAfter } })],
  [
    'reconnect.shouldReconnect',
    'a function',
    NO_FUNCTION,
    (shouldReconnect) => ({ reconnect: { shouldReconnect } }),
  ],
  ['heartbeat', 'an object', NO_OBJECT, (heartbeat) => ({ heartbeat })],
  ['heartbeat.message', 'a function', [...NO_FUNCTION, undefined], (message) => ({ heartbeat: { message } })],
  [
    'heartbeat.isReply',
    'a function',
    NO_FUNCTION,
    (isReply) => ({ heartbeat: { message: () => 1, isReply } }),
  ],
  [
    'heartbeat.interval',
    MORE_MS,
    [...NO_DURATION, 0],
    (interval) => ({ heartbeat: { message: () => 1, interval } }),
  ],
  [
    'heartbeat.timeout',
    MORE_MS,
    [...NO_DURATION, 0],
    (timeout) => ({ heartbeat: { message: () => 1, timeout } }),
  ],
  ['auth', 'an object', NO_OBJECT, (auth) => ({ auth })],
  ['auth.refreshBefore', MS, NO_DURATION, (refreshBefore) => ({ auth: { ...AUTH, refreshBefore } })],
  [
    'auth.renewBy',
    "'next-dial' or 'handover'",
    ['soon', 5, null],
    (renewBy) => ({ auth: { ...AUTH, renewBy } }),
  ],
  [
    'auth.renewBy',
    "'next-dial' without a queue",
    ['handover'],
    (renewBy) => ({ queue: false, auth: { ...AUTH, renewBy } }),
  ],
  [
    'auth.allowInsecure',
    'true or false',
    ['yes', 1, null],
    (allowInsecure) => ({ auth: { ...AUTH, allowInsecure } }),
  ],
  ['auth.identity', 'a string', [5, null, {}, () => 'me'], (identity) => ({ auth: { ...AUTH, identity } })],
  ['auth.maxRefusals', COUNT, NO_COUNT, (maxRefusals) => ({ auth: { ...AUTH, maxRefusals } })],
  ['queue', 'an object', NO_OBJECT, (queue) => ({ queue })],
  ['queue.maxMessages', COUNT, NO_COUNT, (maxMessages) => ({ queue: { maxMessages } })],
  ['queue.maxBytes', COUNT, NO_COUNT, (maxBytes) => ({ queue: { maxBytes } })],
  [
    'queue.overflow',
    "'throw' or 'drop-oldest' or 'drop-newest'",
    ['block', 5, null, 'Throw'],
    (overflow) => ({ queue: { overflow } }),
  ],
  ['queue.ttl', MS, NO_DURATION, (ttl) => ({ queue: { ttl } })],
  ['queue.highWaterMark', COUNT, NO_COUNT, (highWaterMark) => ({ queue: { highWaterMark } })],
  ['queue.recover', "'unsent' or 'none'", ['all', true, null], (recover) => ({ queue: { recover } })],
  [
    'queue.keepWritten',
    'a whole number, 0 or more',
    [-1, 1.5, '5', null],
    (keepWritten) => ({ queue: { keepWritten } }),
  ],
  [
    'queue.storage',
    'an OutboxStorage',
    [...NO_OBJECT, { open: () => undefined, write: () => undefined, close: () => undefined }],
    (storage) => ({ queue: { storage } }),
  ],
  ['delivery', 'an object', [...NO_OBJECT, false], (delivery) => ({ delivery })],
  ['delivery', 'given together with a queue', [DELIVERY], (delivery) => ({ queue: false, delivery })],
  ['delivery.id', 'a function', NO_FUNCTION, (id) => ({ delivery: { ...DELIVERY, id } })],
  [
    'delivery.acknowledged',
    'a function',
    NO_FUNCTION,
    (acknowledged) => ({ delivery: { ...DELIVERY, acknowledged } }),
  ],
  ['delivery.window', COUNT, NO_COUNT, (window) => ({ delivery: { ...DELIVERY, window } })],
  ['environment', 'an object', NO_OBJECT, (environment) => ({ environment })],
  ['codec', 'an object', [5, 'json', null, true], (codec) => ({ codec })],
  ['codec.encode', 'a function', NO_FUNCTION, (encode) => ({ codec: { ...json(), encode } })],
  ['codec.decode', 'a function', NO_FUNCTION, (decode) => ({ codec: { ...json(), decode } })],
  [
    'schema',
    'a Standard Schema',
    [5, 'x', null, {}, { '~standard': {} }, () => true],
    (schema) => ({ schema }),
  ],
])('%s must be %s', (name, expected, values, optionsOf) => {
  it.each(values.map((value) => [value]))('and not %s', (value) => {
    const message = `${name} must be ${expected}; got ${describeValue(value)}.`
    expect(() => untyped(optionsOf(value))).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message }),
    )
  })
})

describe('auth', () => {
  it('needs no queue for the next dial', () => {
    expect(settingsOf({ auth: AUTH, queue: false })).toMatchObject({ auth: AUTH, queue: undefined })
  })

  it('is taken as it is, and refused twice at most by default', () => {
    const auth = {
      ...AUTH,
      refreshBefore: 0,
      renewBy: 'handover',
      allowInsecure: true,
      identity: '',
    } as const
    expect(settingsOf({ auth })).toMatchObject({ auth, maxRefusals: 2 })
    expect(settingsOf({ auth: { ...AUTH, maxRefusals: 5 } }).maxRefusals).toBe(5)
  })
})

describe('delivery', () => {
  it('lets 1,000 be in flight by default, and calls its functions as methods', () => {
    const delivery = {
      name: 'mine',
      id(message: unknown) {
        return `${this.name} ${message}`
      },
      acknowledged(incoming: unknown) {
        return `${this.name} ${incoming}`
      },
    }
    const settings = settingsOf({ delivery }).delivery
    expect(settings).toMatchObject({ window: 1_000 })
    expect([settings?.id('a'), settings?.acknowledged('b')]).toEqual(['mine a', 'mine b'])
    expect(settingsOf({ delivery: { ...delivery, window: 3 } }).delivery?.window).toBe(3)
  })
})

describe('queue', () => {
  it('may keep nothing of what is written, and take a storage', () => {
    const storage = memoryOutbox()
    const { queue } = settingsOf({ queue: { keepWritten: 0, recover: 'none', storage } })
    expect(queue).toMatchObject({ keepWritten: 0, recover: 'none' })
    expect(queue?.storage).toBe(storage)
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

import { describe, expect, it } from 'vitest'
import { firstMessage, queryParameter } from './carriers.ts'
import type { Verdict } from './close-codes.ts'
import { HoldfastError } from './errors.ts'
import { type ReconnectOptions, settingsOf } from './options.ts'
import { localLoss, machineConfig } from './policies.ts'
import type { CloseInfo, ConnectingPhase } from './state.ts'

const CLOSE: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open' }

function configOf(reconnect: ReconnectOptions, firstPhase: ConnectingPhase = 'handshake') {
  const errors: HoldfastError[] = []
  const settings = settingsOf({ reconnect })
  const config = machineConfig(settings, firstPhase, { random: () => 0.5 }, (error) => errors.push(error))
  return { config, errors }
}

describe('machineConfig()', () => {
  it('asks for URL and protocols where there is a function to ask, and can sign in anew then', () => {
    expect(configOf({}, 'url').config).toMatchObject({ firstPhase: 'url', canReauthenticate: true })
    expect(configOf({}, 'handshake').config).toMatchObject({
      firstPhase: 'handshake',
      canReauthenticate: false,
    })
  })
})

describe('what the machine takes from the settings', () => {
  it('is the options, and the time of the carrier for its answer', () => {
    const via = firstMessage({ create: () => '', accepted: () => true, timeout: 700 })
    const settings = settingsOf({
      auth: { token: () => 't', via, maxRefusals: 5 },
      reconnect: { maxAttempts: 3, stableAfter: 4 },
      connectTimeout: 10,
      closeTimeout: 20,
      lazy: true,
      idleTimeout: 30,
    })
    const config = machineConfig(settings, 'token', { random: () => 0.25 }, () => undefined)
    expect(config).toMatchObject({
      reconnect: true,
      maxAttempts: 3,
      stableAfter: 4,
      maxRefusals: 5,
      connectTimeout: 10,
      signInTimeout: 700,
      closeTimeout: 20,
      lazy: true,
      idleTimeout: 30,
    })
    expect(config.random()).toBe(0.25)
  })

  it('is no time of its own for a carrier that says none', () => {
    expect(configOf({}).config.signInTimeout).toBe(Infinity)
    const via = queryParameter()
    const settings = settingsOf({ auth: { token: () => 't', via } })
    expect(machineConfig(settings, 'token', { random: () => 0 }, () => undefined).signInTimeout).toBe(
      Infinity,
    )
  })
})

describe('a loss that this side found', () => {
  it('has no close frame, and says why', () => {
    const error = new HoldfastError('TOKEN', 'There is none.')
    const loss = { code: 1006, reason: '', wasClean: false, local: 'error', error }
    expect(localLoss(error)).toEqual({ ...loss, phase: 'connecting' })
    expect(localLoss(error, 'open')).toEqual({ ...loss, phase: 'open' })
  })
})

describe("the user's backoff", () => {
  const context = { attempt: 1, previous: 0, random: () => 0.5 }

  it('is asked', () => {
    const { config, errors } = configOf({ backoff: ({ attempt, previous }) => attempt * 10 + previous })
    expect(config.backoff({ ...context, attempt: 3, previous: 7 })).toBe(37)
    expect(errors).toEqual([])
  })

  it.each([-1, Number.NaN, Infinity, '500', null, undefined, 5n, {}])(
    'is replaced by the default where it answers %s, and that is reported',
    (delay) => {
      const { config, errors } = configOf({ backoff: () => delay as number })
      expect(config.backoff(context)).toBe(2_000)
      expect(errors).toMatchObject([
        {
          code: 'CONFIGURATION',
          message: expect.stringContaining(
            'The answer of reconnect.backoff must be a finite number of ms, 0 or more; got',
          ),
        },
      ])
    },
  )

  it('is replaced by the default where it throws, and that is reported', () => {
    const cause = new Error('broken')
    const { config, errors } = configOf({
      backoff() {
        throw cause
      },
    })
    expect(config.backoff(context)).toBe(2_000)
    expect(errors).toMatchObject([{ code: 'HANDLER', cause }])
  })
})

describe("the user's shouldReconnect", () => {
  it.each<[boolean | Verdict | undefined, Verdict | undefined]>([
    [true, 'retry'],
    [false, 'stop'],
    ['retry', 'retry'],
    ['stop', 'stop'],
    ['reauthenticate', 'reauthenticate'],
    [undefined, undefined],
    [{ retryAfter: 0 }, { retryAfter: 0 }],
    [{ retryAfter: 9_000 }, { retryAfter: 9_000 }],
  ])('answers %j: %j', (answer, verdict) => {
    const { config, errors } = configOf({ shouldReconnect: () => answer })
    expect(config.shouldReconnect(CLOSE, 1)).toEqual(verdict)
    expect(errors).toEqual([])
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['another word', 'perhaps'],
    ['a number', 500],
    ['a promise', Promise.resolve(true)],
    ['a negative delay', { retryAfter: -1 }],
    ['an endless delay', { retryAfter: Infinity }],
    ['a delay that is text', { retryAfter: '5' }],
    ['a delay that is a bigint', { retryAfter: 5n }],
    ['an object without a delay', {}],
  ])('leaves it to the table where it answers %s, and that is reported', (_, answer) => {
    const { config, errors } = configOf({ shouldReconnect: () => answer as Verdict })
    expect(config.shouldReconnect(CLOSE, 1)).toBeUndefined()
    expect(errors).toMatchObject([{ code: 'CONFIGURATION' }])
  })

  it('leaves it to the table where it throws, and that is reported', () => {
    const cause = new Error('broken')
    const { config, errors } = configOf({
      shouldReconnect() {
        throw cause
      },
    })
    expect(config.shouldReconnect(CLOSE, 1)).toBeUndefined()
    expect(errors).toMatchObject([{ code: 'HANDLER', message: 'reconnect.shouldReconnect threw.', cause }])
  })

  it('may be missing', () => {
    const { config, errors } = configOf({})
    expect(config.shouldReconnect(CLOSE, 1)).toBeUndefined()
    expect(errors).toEqual([])
  })

  it.each<[unknown, string]>([
    [{}, 'an object (Object)'],
    ['perhaps', 'a string'],
    [null, 'null'],
    [500, '500'],
  ])('is told what to answer, where it answers %j', (answer, got) => {
    const { config, errors } = configOf({ shouldReconnect: () => answer as Verdict })
    config.shouldReconnect(CLOSE, 1)
    const expected = `must be a boolean, a Verdict or undefined; got ${got}.`
    expect(errors[0]?.message).toBe(`The answer of shouldReconnect ${expected}`)
  })

  it('is told what a delay must be', () => {
    const { config, errors } = configOf({ shouldReconnect: () => ({ retryAfter: -1 }) })
    config.shouldReconnect(CLOSE, 1)
    expect(errors[0]?.message).toBe('retryAfter must be a finite number of ms, 0 or more; got -1.')
  })

  it('is asked with the close and the attempt', () => {
    const asked: unknown[] = []
    const { config } = configOf({ shouldReconnect: (...given) => void asked.push(given) })
    config.shouldReconnect(CLOSE, 4)
    expect(asked).toEqual([[CLOSE, 4]])
  })
})

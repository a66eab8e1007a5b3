import { describe, expect, it } from 'vitest'
import type { Verdict } from './close-codes.ts'
import type { HoldfastError } from './errors.ts'
import { type ReconnectOptions, settingsOf } from './options.ts'
import { machineConfig } from './policies.ts'
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
      expect(errors).toMatchObject([{ code: 'HANDLER', cause: { code: 'CONFIGURATION' } }])
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
  ])('leaves it to the table where it answers %s, and that is reported', (_, answer) => {
    const { config, errors } = configOf({ shouldReconnect: () => answer as Verdict })
    expect(config.shouldReconnect(CLOSE, 1)).toBeUndefined()
    expect(errors).toMatchObject([{ code: 'HANDLER' }])
  })

  it('leaves it to the table where it throws, and that is reported', () => {
    const cause = new Error('broken')
    const { config, errors } = configOf({
      shouldReconnect() {
        throw cause
      },
    })
    expect(config.shouldReconnect(CLOSE, 1)).toBeUndefined()
    expect(errors).toMatchObject([{ code: 'HANDLER', cause }])
  })

  it('is asked with the close and the attempt', () => {
    const asked: unknown[] = []
    const { config } = configOf({ shouldReconnect: (...given) => void asked.push(given) })
    config.shouldReconnect(CLOSE, 4)
    expect(asked).toEqual([[CLOSE, 4]])
  })
})

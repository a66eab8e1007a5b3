import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MachineHost, seeded } from '../../../test/unit/machine-host.ts'
import { constant, decorrelatedJitter, exponential, fullJitter } from './backoff.ts'
import type { Verdict } from './close-codes.ts'
import { type MachineConfig, type MachineEvent, type TimerName, transition } from './machine.ts'
import type { CloseInfo, ConnectingPhase } from './state.ts'
import type { LossCause } from './verdict.ts'

const CODES = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3003, 3008, 3999,
  4400, 4401, 4403, 4406, 4408, 4429, 4999,
]
const PHASES: readonly ConnectingPhase[] = ['url', 'token', 'handshake', 'sign-in']
const TIMERS: readonly TimerName[] = [
  'connect',
  'sign-in',
  'retry',
  'trial',
  'stable',
  'drain',
  'close',
  'retire',
  'idle',
]
const BACKOFFS = [fullJitter(), exponential(), decorrelatedJitter(), constant(0), constant(700)]
/** No delay is longer: the largest floor and the largest cap or spread. */
const LONGEST = 30_000 + 30_000

type Answer = Verdict | 'table' | 'by-code'
type Settings = Omit<MachineConfig, 'random' | 'shouldReconnect'> & { answer: Answer; seed: number }

const settings: fc.Arbitrary<Settings> = fc
  .record({
    reconnect: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, fc.constant(false)),
    backoff: fc.constantFrom(...BACKOFFS),
    answer: fc.constantFrom<Answer>('table', 'by-code', 'retry', 'stop', 'reauthenticate', {
      retryAfter: 900,
    }),
    seed: fc.integer(),
    canReauthenticate: fc.boolean(),
    maxRefusals: fc.integer({ min: 1, max: 3 }),
    maxAttempts: fc.constantFrom(1, 2, 5, Infinity),
    stableAfter: fc.constantFrom(0, 10, 5_000, Infinity),
    connectTimeout: fc.constantFrom(0, 10_000),
    closeTimeout: fc.constantFrom(0, 3_000),
    lazy: fc.boolean(),
    idleTimeout: fc.constantFrom(0, 5_000, Infinity),
    firstPhase: fc.constantFrom('url', 'token', 'handshake'),
    signInTimeout: fc.constantFrom(2_000, Infinity),
  })
  .map((all) => ({ ...all, idleTimeout: all.lazy ? all.idleTimeout : Infinity }))

function configOf({ answer, seed, ...rest }: Settings): MachineConfig {
  return {
    ...rest,
    random: seeded(seed),
    shouldReconnect({ code }) {
      if (answer === 'table') return undefined
      if (answer !== 'by-code') return answer
      return ([undefined, 'retry', 'stop', 'reauthenticate', { retryAfter: code }] as const)[code % 5]
    },
  }
}

/**
 * An event before its time and generation are known; `age` is how many dials ago its socket was made.
 * `next`: one of those that a host would see now, so that a script comes far.
 */
type Draft =
  | { type: 'next'; pick: number }
  | { type: 'open' | 'reconnect' | 'drained' | 'signs-in' | 'retired' }
  | { type: 'handover' | 'ready' | 'unready' }
  | { type: 'close'; code: number | undefined; reason: string; drainTimeout: number }
  | { type: 'wanted'; wanted: boolean }
  | { type: 'network'; isOnline: boolean }
  | { type: 'page'; isKept: boolean }
  | { type: 'woke' }
  | { type: 'silent'; age: number; local: 'heartbeat' | 'offline' }
  | { type: 'timer'; timer: TimerName }
  | { type: 'opened'; age: number }
  | { type: 'phase'; age: number; phase: ConnectingPhase }
  | { type: 'lost'; age: number; code: number; phase: CloseInfo['phase']; cause: LossCause | undefined }

const age = fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, fc.constantFrom(1, 2))
const phase = fc.constantFrom('connecting', 'open')
const draft: fc.Arbitrary<Draft> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('next'), pick: fc.nat(99) }), weight: 14 },
  fc.record({ type: fc.constantFrom('open', 'reconnect', 'drained', 'signs-in', 'retired') }),
  {
    arbitrary: fc.record({ type: fc.constantFrom('handover', 'ready', 'unready') }),
    weight: 2,
  },
  fc.record({
    type: fc.constant('close'),
    code: fc.constantFrom(undefined, 1000, 4000),
    reason: fc.constantFrom('', 'bye'),
    drainTimeout: fc.constantFrom(0, 3_000),
  }),
  fc.record({ type: fc.constant('wanted'), wanted: fc.boolean() }),
  { arbitrary: fc.record({ type: fc.constant('network'), isOnline: fc.boolean() }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant('page'), isKept: fc.boolean() }), weight: 2 },
  fc.record({ type: fc.constant('woke') }),
  fc.record({ type: fc.constant('silent'), age, local: fc.constantFrom('heartbeat', 'offline') }),
  { arbitrary: fc.record({ type: fc.constant('timer'), timer: fc.constantFrom(...TIMERS) }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constant('opened'), age }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant('phase'), age, phase: fc.constantFrom(...PHASES) }), weight: 2 },
  {
    arbitrary: fc.record({
      type: fc.constant('lost'),
      age,
      code: fc.constantFrom(...CODES),
      phase,
      cause: fc.constantFrom<LossCause | undefined>(undefined, undefined, undefined, 'refused', 'fatal'),
    }),
    weight: 3,
  },
)
/** Time goes on between two events; now and then the clock is set back. */
const pause = fc.oneof(
  { arbitrary: fc.constantFrom(0, 1, 100, 6_000, 60_000), weight: 9 },
  fc.constant(-9_000),
)
const script = fc.array(fc.record({ draft, pause }), { maxLength: 60, size: 'max' })

/** What may well happen to this host, `pick` of it. */
function nextOf(host: MachineHost, pick: number): Draft {
  const lost: Draft = {
    type: 'lost',
    age: 0,
    code: CODES[pick % CODES.length] ?? 0,
    phase: 'open',
    cause: undefined,
  }
  const likely: Record<typeof host.state.status, readonly Draft[]> = {
    idle: [{ type: 'open' }],
    connecting: [
      { type: 'phase', age: 0, phase: PHASES[pick % PHASES.length] ?? 'handshake' },
      { type: 'opened', age: 0 },
      { type: 'opened', age: 0 },
    ],
    open: [
      lost,
      { type: 'handover' },
      { type: 'ready' },
      { type: 'retired' },
      { type: 'close', code: undefined, reason: '', drainTimeout: pick % 2 },
    ],
    waiting: [{ type: 'timer', timer: 'retry' }, { type: 'woke' }],
    suspended: [
      { type: 'network', isOnline: true },
      { type: 'page', isKept: false },
    ],
    closing: [{ type: 'drained' }, lost, { type: 'open' }, { type: 'timer', timer: 'drain' }],
    closed: [{ type: 'open' }],
  }
  const events = [
    ...likely[host.state.status],
    ...[...host.timers.keys()].map((timer): Draft => ({ type: 'timer', timer })),
  ]
  return events[pick % events.length] ?? { type: 'open' }
}

function eventOf(host: MachineHost, draft: Draft, now: number): MachineEvent {
  const { generation } = host.machine
  switch (draft.type) {
    case 'next':
      return eventOf(host, nextOf(host, draft.pick), now)
    case 'close': {
      const { code, ...rest } = draft
      return { ...rest, now, ...(code === undefined ? {} : { code }) }
    }
    case 'phase':
      return { type: 'phase', generation: generation - draft.age, phase: draft.phase, now }
    case 'handover':
      return { type: 'reconnect', reason: 'moved', handover: true, now }
    case 'ready':
      return { type: 'ready', protocol: 'p', extensions: 'e', now }
    case 'unready':
      return { type: 'unready', close: { code: 1006, reason: '', wasClean: false, phase: 'connecting' }, now }
    case 'silent':
      return { type: 'silent', generation: generation - draft.age, local: draft.local, now }
    case 'opened':
      return { type: 'opened', generation: generation - draft.age, protocol: 'p', extensions: 'e', now }
    case 'lost': {
      const { phase, cause } = draft
      // A refusal by message comes without a close frame.
      const code = cause === 'refused' ? 1006 : draft.code
      const close: CloseInfo = { code, reason: 'r', wasClean: code !== 1006, phase }
      return { type: 'lost', generation: generation - draft.age, close, now, ...(cause ? { cause } : {}) }
    }
    default:
      return { ...draft, now }
  }
}

interface Act {
  readonly draft: Draft
  readonly pause: number
}

/** Plays a script to a new host, which checks everything that always holds at every step. */
function play(given: Settings, acts: readonly Act[]): { host: MachineHost; now: number } {
  const host = new MachineHost(configOf(given))
  let now = 1_000_000
  for (const { draft, pause } of acts) {
    now += pause
    host.take(eventOf(host, draft, now))
  }
  return { host, now }
}

function waitOf(wait: { delay: number; retryAt: number } | undefined) {
  return { delay: wait?.delay, retryAt: wait?.retryAt }
}

describe('the machine, for any events in any order', () => {
  it('keeps one socket at most, leaks no timer, counts attempts, changes no input and never throws', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => void play(given, acts)),
      { numRuns: 1_000 },
    )
  })

  it('does the same for the same events and the same random numbers', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        expect(play(given, acts).host.history).toEqual(play(given, acts).host.history)
      }),
    )
  })

  it('is changed by no event of a socket that was given up', () => {
    fc.assert(
      fc.property(settings, script, draft, (given, acts, last) => {
        const { host, now } = play(given, acts)
        fc.pre(
          last.type === 'lost' || last.type === 'opened' || last.type === 'phase' || last.type === 'silent',
        )
        const event = eventOf(host, { ...last, age: 1 }, now)
        const [machine, effects] = transition(host.machine, event, host.config)
        expect(machine).toBe(host.machine)
        expect(effects).toEqual([])
      }),
    )
  })

  it('reaches closed after close(), within as many timers as there are', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        const { host, now } = play(given, acts)
        host.take({ type: 'close', reason: '', drainTimeout: 100, now })
        for (let fired = 0; fired < TIMERS.length; fired++) {
          const [timer] = host.timers.keys()
          if (timer !== undefined) host.take({ type: 'timer', timer, now })
        }
        expect(host.state).toMatchObject({ status: 'closed', by: 'user' })
        expect(host.timers.size).toBe(0)
        expect(host.socket).toBeUndefined()
      }),
    )
  })

  it('never dials by itself once the user has closed it', () => {
    fc.assert(
      fc.property(settings, script, script, (given, before, after) => {
        const { host, now } = play(given, before)
        host.take({ type: 'close', reason: '', drainTimeout: 0, now })
        if (host.state.status === 'closing') host.take({ type: 'timer', timer: 'close', now })
        const closed = host.state
        for (const { draft } of after) {
          const event = eventOf(host, draft, now)
          if (event.type !== 'open') host.take(event)
        }
        expect(host.state).toBe(closed)
      }),
    )
  })

  it('settles each close() once, and only that', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        let wasEnded = false
        for (const { state, effects } of play(given, acts).host.history) {
          const isEnded = state.status === 'closed' && state.by === 'user'
          const finishes = effects.filter(({ type }) => type === 'finish').length
          expect(finishes).toBe(isEnded && !wasEnded ? 1 : 0)
          wasEnded = isEnded
        }
      }),
    )
  })

  it('waits for a finite time, never less than a floor that the server set, never over floor and cap', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        for (const { state } of play(given, acts).host.history) {
          if (state.status !== 'waiting') continue
          expect(state.delay).toBeGreaterThanOrEqual(0)
          expect(state.delay).toBeLessThanOrEqual(LONGEST)
          const { code, phase } = state.cause
          if (given.answer !== 'table' || phase === 'connecting') continue
          if (code === 1013 || code === 4429) expect(state.delay).toBeGreaterThanOrEqual(30_000)
          if (code === 1012) expect(state.delay).toBeGreaterThanOrEqual(5_000)
        }
      }),
    )
  })

  it('dials before a delay is over for the user, for a trial and once in an outage, and never before a floor', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        let wait: { delay: number; retryAt: number; floorUntil: number } | undefined
        let hastened = 0
        for (const { state, event, effects, machine } of play(given, acts).host.history) {
          if (machine.tally.isHastened === false) hastened = 0
          const isUser = event.type === 'open' || event.type === 'reconnect' || event.type === 'timer'
          const isSignal = event.type === 'network' || event.type === 'page' || event.type === 'woke'
          const dials = effects.some(({ type }) => type === 'dial')
          if (wait && dials && isSignal) {
            const isDue = Math.max(0, wait.retryAt - event.now) === 0 || wait.delay === 0
            if (!isDue) hastened += 1
            expect(Math.min(wait.delay, wait.floorUntil - event.now)).toBeLessThanOrEqual(0)
          }
          if (wait && dials) expect(isUser || isSignal).toBe(true)
          expect(hastened).toBeLessThanOrEqual(1)
          if (state.status === 'waiting') expect(state).toMatchObject(waitOf(machine.wait))
          wait = machine.wait
        }
      }),
    )
  })

  it('stops by itself only for a verdict, maxAttempts or refused sign-ins, and says which', () => {
    fc.assert(
      fc.property(settings, script, (given, acts) => {
        for (const { state, event } of play(given, acts).host.history) {
          if (state.status !== 'closed' || state.by === 'user' || event.type === 'wanted') continue
          if (state.by === 'attempts') expect(state.attempt).toBeGreaterThanOrEqual(given.maxAttempts)
          if (state.by === 'auth') expect(state.error?.code).toBe('AUTH_REFUSED')
        }
      }),
    )
  })
})

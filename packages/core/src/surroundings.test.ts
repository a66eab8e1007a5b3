import { describe, expect, it } from 'vitest'
import { CONFIG, LOST, NOW, type Timeless } from '../../../test/unit/machine-events.ts'
import { MachineHost } from '../../../test/unit/machine-host.ts'
import type { MachineConfig, MachineEvent } from './machine.ts'
import type { CloseInfo } from './state.ts'

class Driven extends MachineHost {
  now = NOW

  constructor(config: Partial<MachineConfig> = {}) {
    super({ ...CONFIG, ...config })
  }

  send(event: Timeless<MachineEvent>) {
    return this.take({ generation: this.machine.generation, ...event, now: this.now } as MachineEvent)
  }

  opened() {
    this.send({ type: 'open' })
    this.send({ type: 'opened', protocol: '', extensions: '' })
    return this
  }

  lost(close: Partial<CloseInfo> = {}) {
    return this.send({ type: 'lost', close: { ...LOST, ...close } })
  }

  network(isOnline: boolean) {
    return this.send({ type: 'network', isOnline })
  }

  page(isKept: boolean) {
    return this.send({ type: 'page', isKept })
  }

  later(ms: number) {
    this.now += ms
    return this
  }

  get told() {
    return this.history.flatMap(({ effects }) => effects).filter(({ type }) => type === 'tell-lost')
  }
}

function waiting(config?: Partial<MachineConfig>, close?: Partial<CloseInfo>): Driven {
  const it = new Driven(config).opened()
  it.lost(close)
  return it
}

describe('offline', () => {
  it('suspends a connection that waits, and says what ended the one before', () => {
    const it = waiting()
    it.network(false)
    expect(it.state).toEqual({ status: 'suspended', by: 'offline', attempt: 1, cause: LOST })
    expect(it.timers).toEqual(new Map([['trial', 30_000]]))
  })

  it.each([
    [0, 15_000],
    [0.999, 44_970],
  ])('puts itself to the test after 15 to 45 s (draw %f)', (draw, delay) => {
    const it = waiting({ random: () => draw })
    it.network(false)
    expect(it.timers.get('trial')).toBe(delay)
  })

  it('leaves a connection that is open alone, and one that dials', () => {
    const it = new Driven()
    it.send({ type: 'open' })
    expect(it.network(false)).toEqual([])
    expect(it.state.status).toBe('connecting')
    it.send({ type: 'opened', protocol: '', extensions: '' })
    it.network(true)
    expect(it.network(false)).toEqual([])
    expect(it.state.status).toBe('open')
  })

  it('suspends what is lost meanwhile, and nobody is told of a delay', () => {
    const it = new Driven().opened()
    it.network(false)
    it.lost()
    expect(it.state).toMatchObject({ status: 'suspended', by: 'offline', cause: LOST })
    expect(it.told.map((effect) => 'delay' in effect)).toEqual([false])
  })

  it('never strands: a trial may open', () => {
    const it = waiting()
    it.network(false)
    it.send({ type: 'timer', timer: 'trial' })
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 2 })
    it.send({ type: 'opened', protocol: '', extensions: '' })
    expect(it.state.status).toBe('open')
  })

  it('does not count trials for maxAttempts, nor make delays longer for them', () => {
    const delays: number[] = []
    const it = waiting({
      maxAttempts: 2,
      backoff({ attempt }) {
        delays.push(attempt)
        return 1_000
      },
    })
    it.network(false)
    for (let trial = 0; trial < 5; trial++) {
      it.send({ type: 'timer', timer: 'trial' })
      it.lost({ phase: 'connecting' })
      expect(it.state).toMatchObject({ status: 'suspended', attempt: trial + 2 })
    }
    it.network(true)
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 7 })
    expect(delays).toEqual([1, 2, 2, 2, 2, 2])
    it.lost({ phase: 'connecting' })
    expect(it.state).toMatchObject({ status: 'closed', by: 'attempts' })
  })

  it.each(['open', 'reconnect'] as const)('does not keep %s() from dialling', (type) => {
    const it = waiting()
    it.network(false)
    it.send({ type })
    expect(it.state.status).toBe('connecting')
  })

  it('is one for all: told again it changes nothing', () => {
    const it = waiting()
    it.network(false)
    const before = it.machine
    expect(it.network(false)).toEqual([])
    expect(it.machine).toBe(before)
  })

  it('lets close() end it at once', () => {
    const it = waiting()
    it.network(false)
    it.send({ type: 'close', reason: '', drainTimeout: 3_000 })
    expect(it.state).toMatchObject({ status: 'closed', by: 'user', code: 1006 })
  })

  it('lets a lazy connection that nobody wants rest', () => {
    const it = new Driven({ lazy: true, idleTimeout: 100 }).opened()
    it.lost()
    it.network(false)
    it.send({ type: 'timer', timer: 'idle' })
    expect(it.state).toEqual({ status: 'idle', attempt: 0 })
  })
})

describe('online', () => {
  it('dials at once', () => {
    const it = waiting()
    it.network(false)
    it.network(true)
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 2 })
  })

  it('skips one delay in an outage; after that the delay goes on, and it ran meanwhile', () => {
    const it = waiting()
    it.network(false)
    it.network(true)
    it.lost({ phase: 'connecting' })
    it.network(false)
    it.later(400).network(true)
    expect(it.state).toMatchObject({ status: 'waiting', delay: 1_000, retryAt: NOW + 1_000 })
    expect(it.timers.get('retry')).toBe(600)
    it.network(false)
    it.later(700).network(true)
    expect(it.state.status).toBe('connecting')
  })

  it('skips one again once a connection was stable', () => {
    const it = waiting()
    it.network(false)
    it.network(true)
    it.send({ type: 'opened', protocol: '', extensions: '' })
    it.later(6_000).lost()
    it.network(false)
    it.network(true)
    expect(it.state.status).toBe('connecting')
  })

  it.each([
    [1012, 5_000],
    [1013, 30_000],
  ])('waits for the floor of %i, and no longer', (code, floor) => {
    const it = waiting({}, { code, wasClean: true })
    it.network(false)
    expect(it.timers.get('trial')).toBeGreaterThanOrEqual(floor)
    it.later(2_000).network(true)
    expect(it.state).toMatchObject({ status: 'waiting', delay: floor, retryAt: NOW + floor })
    expect(it.timers.get('retry')).toBe(floor - 2_000)
    it.network(false)
    it.network(true)
    expect(it.state).toMatchObject({ status: 'waiting', retryAt: NOW + floor })
  })

  it('waits for what shouldReconnect asked for', () => {
    const it = waiting({ shouldReconnect: () => ({ retryAfter: 7_000 }) })
    it.network(false)
    it.network(true)
    expect(it.state).toMatchObject({ status: 'waiting', delay: 7_000 })
  })

  it('does not wait longer than the delay when the clock is set back', () => {
    const it = waiting({}, { code: 1013, wasClean: true })
    it.network(false)
    it.later(-3_600_000).network(true)
    expect(it.timers.get('retry')).toBeLessThanOrEqual(31_000)
  })
})

describe('a page that is kept', () => {
  it.each(['connecting', 'open'] as const)('gives up a socket that is %s', (status) => {
    const it = new Driven()
    it.send({ type: 'open' })
    if (status === 'open') it.send({ type: 'opened', protocol: '', extensions: '' })
    const effects = it.page(true)
    const close = { code: 1006, reason: '', wasClean: false, phase: status, local: 'page' }
    expect(effects[0]).toEqual({ type: 'abandon' })
    expect(effects).toContainEqual({ type: 'tell-lost', close, verdict: 'retry' })
    expect(it.state).toEqual({ status: 'suspended', by: 'page', attempt: 1, cause: close })
    expect(it.timers.size).toBe(0)
  })

  it('leaves no timer of one that waits, or is offline', () => {
    const it = waiting()
    expect(it.page(true)).toEqual([{ type: 'stop', timer: 'retry' }])
    expect(it.state).toMatchObject({ status: 'suspended', by: 'page', cause: LOST })
    expect(it.timers.size).toBe(0)
    const offline = waiting()
    offline.network(false)
    offline.page(true)
    expect(offline.state).toMatchObject({ status: 'suspended', by: 'page' })
    expect(offline.timers.size).toBe(0)
  })

  it('comes back at once', () => {
    const it = new Driven().opened()
    it.later(60_000).page(true)
    it.later(1).page(false)
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('comes back at once however often, where it was open, and no later loss waits longer for it', () => {
    const it = new Driven({ backoff: ({ attempt }) => attempt * 1_000 }).opened()
    for (let i = 0; i < 5; i++) {
      it.later(1_000).page(true)
      it.later(1).page(false)
      expect(it.state.status).toBe('connecting')
      it.send({ type: 'opened', protocol: '', extensions: '' })
    }
    it.later(1_000).lost()
    expect(it.state).toMatchObject({ status: 'waiting', delay: 1_000 })
  })

  it('skips one delay in an outage, where it was not open', () => {
    const it = waiting()
    it.page(true)
    it.page(false)
    expect(it.state.status).toBe('connecting')
    it.page(true)
    it.page(false)
    expect(it.state.status).toBe('waiting')
  })

  it('does not count against maxAttempts', () => {
    const it = new Driven({ maxAttempts: 1 })
    it.send({ type: 'open' })
    it.page(true)
    it.page(false)
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 2 })
    it.lost({ phase: 'connecting' })
    expect(it.state).toMatchObject({ status: 'closed', by: 'attempts' })
  })

  it.each([
    ['under way', false],
    ['open', true],
  ])('excuses a trial for maxAttempts once, also where the page ends it: %s', (_, hasOpened) => {
    const it = waiting({ maxAttempts: 2 })
    it.network(false)
    it.send({ type: 'timer', timer: 'trial' })
    if (hasOpened) it.send({ type: 'opened', protocol: '', extensions: '' })
    it.page(true)
    it.page(false)
    // Dials until now: the first, the trial, and one more trial at once.
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 3 })
    it.lost()
    it.network(true)
    it.later(60_000).send({ type: 'timer', timer: 'retry' })
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 4 })
    it.lost()
    expect(it.state).toMatchObject({ status: 'closed', by: 'attempts' })
  })

  it('comes back to no network as suspended by offline, with one trial at once', () => {
    const it = new Driven().opened()
    it.page(true)
    it.network(false)
    it.page(false)
    expect(it.state).toMatchObject({ status: 'connecting' })
    it.lost({ phase: 'connecting' })
    expect(it.state).toMatchObject({ status: 'suspended', by: 'offline' })
    it.page(true)
    it.page(false)
    expect(it.state).toMatchObject({ status: 'suspended', by: 'offline' })
  })

  it('is told as open where a socket was signing in', () => {
    const it = new Driven({ firstPhase: 'url' })
    it.send({ type: 'open' })
    it.send({ type: 'phase', phase: 'sign-in' })
    it.page(true)
    expect(it.told).toMatchObject([{ close: { phase: 'open', local: 'page' } }])
  })

  it('does not wake for anything but its user, and no network changes that', () => {
    const it = waiting()
    it.page(true)
    const { state } = it
    expect([it.network(false), it.network(true), it.send({ type: 'woke' })]).toEqual([[], [], []])
    expect(it.state).toBe(state)
  })

  it('is one for all: told again it changes nothing', () => {
    const it = new Driven().opened()
    expect(it.page(false)).toEqual([])
    it.page(true)
    const before = it.machine
    expect(it.page(true)).toEqual([])
    expect(it.machine).toBe(before)
  })

  it('is the end where there is no coming back', () => {
    const it = new Driven({ reconnect: false }).opened()
    it.page(true)
    expect(it.state).toMatchObject({ status: 'closed', by: 'verdict', code: 1006 })
  })

  it('lets the closing handshake be', () => {
    const it = new Driven().opened()
    it.send({ type: 'close', reason: '', drainTimeout: 3_000 })
    expect(it.page(true)).toEqual([])
    expect(it.state.status).toBe('closing')
  })
})

describe('waking', () => {
  it('skips one delay', () => {
    const it = waiting()
    it.send({ type: 'woke' })
    expect(it.state.status).toBe('connecting')
    it.lost({ phase: 'connecting' })
    it.send({ type: 'woke' })
    expect(it.state.status).toBe('waiting')
  })

  it('dials whatever was skipped before when the delay ended during sleep', () => {
    const it = waiting()
    it.send({ type: 'woke' })
    it.lost({ phase: 'connecting' })
    it.later(3_600_000).send({ type: 'woke' })
    expect(it.state.status).toBe('connecting')
  })

  it('makes a trial at once where the host calls itself offline', () => {
    const it = waiting()
    it.network(false)
    it.later(10_000).send({ type: 'woke' })
    expect(it.state.status).toBe('connecting')
    it.lost({ phase: 'connecting' })
    it.send({ type: 'woke' })
    expect(it.state).toMatchObject({ status: 'suspended', by: 'offline' })
  })

  it.each(['idle', 'connecting', 'open'] as const)('means nothing while %s', (status) => {
    const it = new Driven()
    if (status !== 'idle') it.send({ type: 'open' })
    if (status === 'open') it.send({ type: 'opened', protocol: '', extensions: '' })
    expect(it.send({ type: 'woke' })).toEqual([])
    expect(it.state.status).toBe(status)
  })
})

describe('waking before a floor that the server set is over', () => {
  const FLOOR = { shouldReconnect: () => ({ retryAfter: 500 }) } as const

  it('waits for the floor alone, and has skipped the rest then', () => {
    const it = waiting(FLOOR)
    expect(it.state).toMatchObject({ delay: 1_500, retryAt: NOW + 1_500 })
    expect(it.later(100).send({ type: 'woke' })).toEqual([
      { type: 'stop', timer: 'retry' },
      { type: 'start', timer: 'retry', delay: 400 },
    ])
    expect(it.state).toMatchObject({ status: 'waiting', delay: 500, retryAt: NOW + 500 })
    expect(it.send({ type: 'woke' })).toEqual([])
  })

  it('changes nothing where the delay is no longer than the floor', () => {
    const it = waiting({ ...FLOOR, backoff: () => 0 })
    const before = it.machine
    expect(it.send({ type: 'woke' })).toEqual([])
    expect(it.machine).toBe(before)
  })

  it('makes no trial where the host calls itself offline, and one after it', () => {
    const it = waiting(FLOOR)
    it.network(false)
    expect(it.later(499).send({ type: 'woke' })).toEqual([])
    it.later(1).send({ type: 'woke' })
    expect(it.machine).toMatchObject({ state: { status: 'connecting' }, isTrial: true })
  })
})

describe('silence', () => {
  it('gives the socket up first, and dials at once', () => {
    const it = new Driven().opened()
    const effects = it.send({ type: 'silent', local: 'heartbeat' })
    expect(effects[0]).toEqual({ type: 'abandon' })
    const close = { code: 1006, reason: '', wasClean: false, phase: 'open', local: 'heartbeat' }
    expect(effects).toContainEqual({ type: 'tell-lost', close, verdict: 'retry', delay: 0 })
    expect(it.state).toMatchObject({ status: 'waiting', delay: 0 })
  })

  it('waits as after any loss when it comes again before a connection was stable', () => {
    const it = new Driven().opened()
    it.send({ type: 'silent', local: 'heartbeat' })
    it.send({ type: 'timer', timer: 'retry' })
    it.send({ type: 'opened', protocol: '', extensions: '' })
    it.later(2_000).send({ type: 'silent', local: 'heartbeat' })
    expect(it.state).toMatchObject({ status: 'waiting', delay: 1_000 })
  })

  it('waits as long as shouldReconnect wants it', () => {
    const it = new Driven({ shouldReconnect: () => ({ retryAfter: 500 }) }).opened()
    it.send({ type: 'silent', local: 'heartbeat' })
    expect(it.state).toMatchObject({ status: 'waiting', delay: 1_500 })
  })

  it('after a change of network replaces the connection, once in an outage at once', () => {
    const it = new Driven().opened()
    it.send({ type: 'silent', local: 'offline' })
    expect(it.state).toMatchObject({ status: 'connecting', attempt: 2 })
    expect(it.told).toMatchObject([{ close: { local: 'offline' }, delay: 0 }])
    it.send({ type: 'opened', protocol: '', extensions: '' })
    it.send({ type: 'silent', local: 'offline' })
    expect(it.state).toMatchObject({ status: 'waiting', delay: 1_000 })
    expect(it.told[1]).toMatchObject({ delay: 1_000 })
  })

  it('after a change of network tells the delay once, and of what is lost alone', () => {
    const it = new Driven().opened()
    const close = { code: 1006, reason: '', wasClean: false, phase: 'open', local: 'offline' } as const
    expect(it.send({ type: 'silent', local: 'offline' })).toEqual([
      { type: 'abandon' },
      { type: 'stop', timer: 'stable' },
      { type: 'tell-lost', close, verdict: 'retry', delay: 0 },
      { type: 'start', timer: 'retry', delay: 1_000 },
      { type: 'stop', timer: 'retry' },
      { type: 'start', timer: 'connect', delay: 10_000 },
      { type: 'dial', generation: 2, attempt: 2 },
    ])
  })

  it('after a change of network tells the floor for the delay, where there is one', () => {
    const it = new Driven({ shouldReconnect: () => ({ retryAfter: 500 }) }).opened()
    it.send({ type: 'silent', local: 'offline' })
    expect(it.state).toMatchObject({ status: 'waiting', delay: 500 })
    expect(it.told).toMatchObject([{ delay: 500 }])
  })

  it('after a change to no network tells no delay, once a trial was made', () => {
    const it = new Driven().opened()
    it.network(false)
    it.send({ type: 'silent', local: 'offline' })
    expect(it.machine).toMatchObject({ state: { status: 'connecting' }, isTrial: true })
    it.send({ type: 'opened', protocol: '', extensions: '' })
    it.send({ type: 'silent', local: 'offline' })
    expect(it.state).toMatchObject({ status: 'suspended', by: 'offline' })
    expect(it.told.map((effect) => 'delay' in effect)).toEqual([true, false])
  })

  it.each(['connecting', 'waiting', 'closing'] as const)('means nothing while %s', (status) => {
    const it = new Driven()
    it.send({ type: 'open' })
    if (status !== 'connecting') it.send({ type: 'opened', protocol: '', extensions: '' })
    if (status === 'waiting') it.lost()
    if (status === 'closing') it.send({ type: 'close', reason: '', drainTimeout: 1 })
    const before = it.machine
    expect(it.send({ type: 'silent', local: 'heartbeat' })).toEqual([])
    expect(it.send({ type: 'silent', local: 'offline' })).toEqual([])
    expect(it.machine).toBe(before)
  })

  it('is the end where there is no coming back, but a mere doubt is not', () => {
    const it = new Driven({ reconnect: false }).opened()
    it.send({ type: 'silent', local: 'offline' })
    expect(it.state.status).toBe('open')
    it.send({ type: 'silent', local: 'heartbeat' })
    expect(it.state).toMatchObject({ status: 'closed', by: 'verdict' })
  })
})

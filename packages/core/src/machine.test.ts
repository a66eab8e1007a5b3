import { describe, expect, it } from 'vitest'
import { CONFIG, LOST, NOW, type Timeless } from '../../../test/unit/machine-events.ts'
import { MachineHost } from '../../../test/unit/machine-host.ts'
import { HoldfastError } from './errors.ts'
import { initial, type MachineConfig, type MachineEvent } from './machine.ts'
import type { CloseInfo, ConnectionState } from './state.ts'

function hostOf(config: Partial<MachineConfig> = {}) {
  const host = new MachineHost({ ...CONFIG, ...config })
  const send = (event: Timeless<MachineEvent>, now = NOW) =>
    host.take({ generation: host.machine.generation, ...event, now } as MachineEvent)
  return {
    host,
    send,
    open: () => send({ type: 'open' }),
    opened: (now?: number) => send({ type: 'opened', protocol: 'p', extensions: 'x' }, now),
    lost: (close: Partial<CloseInfo> = {}, now?: number) =>
      send({ type: 'lost', close: { ...LOST, ...close } }, now),
    close: (drainTimeout = 0) => send({ type: 'close', code: 4000, reason: 'bye', drainTimeout }),
    fire: (timer: Parameters<MachineHost['timers']['get']>[0], now?: number) =>
      send({ type: 'timer', timer }, now),
  }
}

type Driven = ReturnType<typeof hostOf>
type Case = ConnectionState['status'] | 'closed by the user'

/** What brings a new machine into a state. */
const INTO: Record<Case, readonly ((it: Driven) => void)[]> = {
  idle: [],
  connecting: [(it) => it.open()],
  open: [(it) => it.open(), (it) => it.opened()],
  waiting: [(it) => it.open(), (it) => it.lost()],
  suspended: [(it) => it.open(), (it) => it.lost(), (it) => it.send({ type: 'network', isOnline: false })],
  closing: [(it) => it.open(), (it) => it.opened(), (it) => it.close(500)],
  closed: [
    (it) => it.open(),
    (it) => it.opened(),
    (it) => it.lost({ code: 1000, reason: 'done', wasClean: true }),
  ],
  'closed by the user': [(it) => it.close()],
}

function driven(into: Case, config?: Partial<MachineConfig>): Driven {
  const it = hostOf(config)
  for (const drive of INTO[into]) drive(it)
  return it
}

describe('initial()', () => {
  it('is idle and wanted', () => {
    expect(initial({ lazy: false })).toMatchObject({ state: { status: 'idle', attempt: 0 }, wanted: true })
  })

  it('is not wanted by anybody when lazy', () => {
    expect(initial({ lazy: true }).wanted).toBe(false)
  })
})

describe('open()', () => {
  it.each<[Case, object]>([
    ['idle', { status: 'connecting', attempt: 1, phase: 'handshake' }],
    ['connecting', { status: 'connecting', attempt: 1 }],
    ['open', { status: 'open' }],
    ['waiting', { status: 'connecting', attempt: 2 }],
    ['suspended', { status: 'connecting', attempt: 2 }],
    ['closing', { status: 'closing' }],
    ['closed', { status: 'connecting', attempt: 1 }],
    ['closed by the user', { status: 'connecting', attempt: 1 }],
  ])('in %s: %o', (into, expected) => {
    const { host, open } = driven(into)
    open()
    expect(host.state).toMatchObject(expected)
  })

  it('while closing opens again once that is done', () => {
    const { host, open, lost } = driven('closing')
    open()
    lost()
    expect(host.state).toMatchObject({ status: 'connecting', attempt: 1 })
    expect(host.history.map(({ state }) => state.status).slice(-2)).toEqual(['closed', 'connecting'])
  })

  it('starts in phase url where there is something to ask, and goes on once it is resolved', () => {
    const { host, send, open } = hostOf({ firstPhase: 'url' })
    open()
    expect(host.state).toMatchObject({ phase: 'url' })
    send({ type: 'phase', phase: 'handshake' })
    expect(host.state).toMatchObject({ phase: 'handshake' })
  })
})

describe('a sign-in by a message', () => {
  const SIGN_IN = { signInTimeout: 700 } as const

  it('has a time of its own, from its phase on', () => {
    const { host, send, fire } = driven('connecting', SIGN_IN)
    expect(send({ type: 'phase', phase: 'sign-in' })).toEqual([
      { type: 'start', timer: 'sign-in', delay: 700 },
    ])
    expect(host.state).toMatchObject({ phase: 'sign-in' })
    fire('sign-in')
    expect(host.state).toMatchObject({ status: 'waiting', cause: { local: 'timeout' } })
    const { state } = host
    expect(state.status === 'waiting' && state.cause.error?.message).toBe(
      "No answer to the sign-in message within 700 ms; in phase 'sign-in'.",
    )
  })

  it('has its time once: a phase that is told again changes nothing', () => {
    const { host, send } = driven('connecting', SIGN_IN)
    send({ type: 'phase', phase: 'sign-in' })
    const before = host.machine
    expect(send({ type: 'phase', phase: 'sign-in' })).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('starts no timer in any other phase', () => {
    const { send } = driven('connecting', { ...SIGN_IN, firstPhase: 'url' })
    expect(send({ type: 'phase', phase: 'handshake' })).toEqual([])
  })
})

describe('reconnect()', () => {
  it.each<[Case, object]>([
    ['idle', { status: 'connecting', attempt: 1 }],
    ['connecting', { status: 'connecting', attempt: 1 }],
    ['open', { status: 'connecting', attempt: 1 }],
    ['waiting', { status: 'connecting', attempt: 1 }],
    ['suspended', { status: 'connecting', attempt: 1 }],
    ['closing', { status: 'closing' }],
    ['closed', { status: 'connecting', attempt: 1 }],
    ['closed by the user', { status: 'closed', by: 'user' }],
  ])('in %s: %o', (into, expected) => {
    const { host, send } = driven(into)
    send({ type: 'reconnect' })
    expect(host.state).toMatchObject(expected)
  })

  it.each(['idle', 'waiting', 'suspended', 'closed'] as const)('in %s has no socket to give up', (into) => {
    const types = driven(into)
      .send({ type: 'reconnect' })
      .map(({ type }) => type)
    expect(types.filter((type) => type !== 'stop')).toEqual(['start', 'dial'])
  })

  it.each(['connecting', 'open'] as const)('in %s gives the socket up first, and tells it', (into) => {
    const { send } = driven(into)
    const effects = send({ type: 'reconnect' })
    const acts = effects.filter(({ type }) => type !== 'stop')
    expect(acts.map(({ type }) => type)).toEqual(['abandon', 'tell-lost', 'start', 'dial'])
    const close = { code: 1006, reason: '', wasClean: false, phase: into, local: 'reconnect' }
    expect(acts[1]).toEqual({ type: 'tell-lost', close, verdict: 'retry', delay: 0 })
  })
})

describe('close()', () => {
  it.each<[Case, object]>([
    ['idle', { status: 'closed', by: 'user', code: 1006, wasClean: false }],
    ['connecting', { status: 'closed', by: 'user', code: 1006 }],
    ['open', { status: 'closing', code: 4000, reason: 'bye' }],
    ['waiting', { status: 'closed', by: 'user', code: 1006 }],
    ['suspended', { status: 'closed', by: 'user', code: 1006 }],
    ['closing', { status: 'closing', code: 4000, reason: 'bye' }],
    ['closed', { status: 'closed', by: 'user', code: 1000, reason: 'done', wasClean: true }],
    ['closed by the user', { status: 'closed', by: 'user', code: 1006 }],
  ])('in %s: %o', (into, expected) => {
    const { host, close } = driven(into)
    close()
    expect(host.state).toMatchObject(expected)
  })

  it('gives the socket up at once while connecting', () => {
    const { close } = driven('connecting')
    expect(close().map(({ type }) => type)).toEqual(['stop', 'stop', 'stop', 'abandon', 'finish'])
  })

  it('drains first, then hangs up, then waits for the peer', () => {
    const { host, send, close, lost } = driven('open')
    expect(close(700)).toEqual([
      { type: 'stop', timer: 'stable' },
      { type: 'stop', timer: 'idle' },
      { type: 'start', timer: 'drain', delay: 700 },
      { type: 'drain' },
    ])
    expect(send({ type: 'drained' })).toEqual([
      { type: 'stop', timer: 'drain' },
      { type: 'start', timer: 'close', delay: 3_000 },
      { type: 'hang-up', code: 4000, reason: 'bye' },
    ])
    expect(send({ type: 'drained' })).toEqual([])
    lost({ code: 4000, reason: 'bye', wasClean: true })
    expect(host.state).toEqual({
      status: 'closed',
      attempt: 1,
      by: 'user',
      code: 4000,
      reason: 'bye',
      wasClean: true,
    })
  })

  it('hangs up without a code where none was given', () => {
    const { host, send } = driven('open')
    const effects = send({ type: 'close', reason: '', drainTimeout: 0 })
    expect(effects.at(-1)).toEqual({ type: 'hang-up', reason: '' })
    expect(host.state).toStrictEqual({ status: 'closing', attempt: 1, reason: '' })
  })

  it('hangs up when draining takes longer than it may', () => {
    const { fire } = driven('closing')
    expect(fire('drain')).toContainEqual({ type: 'hang-up', code: 4000, reason: 'bye' })
  })

  it.each(['drained', 'drain timer'])('hangs up once: not for a late %s', (late) => {
    const { host, send, fire } = driven('closing')
    fire('drain')
    const before = host.machine
    expect(late === 'drained' ? send({ type: 'drained' }) : fire('drain')).toEqual([])
    expect(host.machine).toBe(before)
  })

  it.each(['idle', 'open', 'closed'] as const)('hangs nothing up in %s for a late timer', (into) => {
    const { send, fire } = driven(into)
    expect([send({ type: 'drained' }), fire('drain'), fire('close')]).toEqual([[], [], []])
  })

  it('gives up a peer that does not answer', () => {
    const { host, fire } = driven('closing')
    fire('drain')
    expect(fire('close')).toContainEqual({ type: 'abandon' })
    expect(host.state).toMatchObject({ status: 'closed', by: 'user', code: 1006, wasClean: false })
  })

  it('does nothing else for an open() or a close() that comes while it closes', () => {
    const { open, close } = driven('closing')
    expect([open(), close()]).toEqual([[], []])
  })

  it('remembers an open() over the end of draining', () => {
    const { host, open, fire, lost } = driven('closing')
    open()
    fire('drain')
    lost()
    expect(host.state.status).toBe('connecting')
  })

  it('takes back an open() that came while closing', () => {
    const { host, open, close, lost } = driven('closing')
    open()
    close()
    lost()
    expect(host.state).toMatchObject({ status: 'closed', by: 'user' })
  })
})

describe('a socket that opens', () => {
  it('is open since now, and stops the connect timer', () => {
    const { host, opened } = driven('connecting')
    expect(opened(NOW + 5)).toEqual([
      { type: 'stop', timer: 'connect' },
      { type: 'stop', timer: 'sign-in' },
      { type: 'start', timer: 'stable', delay: 5_000 },
      { type: 'restore' },
      { type: 'drain' },
    ])
    expect(host.state).toEqual({ status: 'open', attempt: 1, since: NOW + 5, protocol: 'p', extensions: 'x' })
  })

  it.each(['idle', 'open', 'waiting', 'closing', 'closed'] as const)('means nothing in %s', (into) => {
    const { host, opened } = driven(into)
    const before = host.machine
    expect(opened()).toEqual([])
    expect(host.machine).toBe(before)
  })
})

describe('a socket that is lost', () => {
  it('is dialled again after the backoff', () => {
    const { host, lost } = driven('open')
    expect(lost({ code: 1011 })).toEqual([
      { type: 'stop', timer: 'stable' },
      { type: 'tell-lost', close: { ...LOST, code: 1011 }, verdict: 'retry', delay: 1_000 },
      { type: 'start', timer: 'retry', delay: 1_000 },
    ])
    expect(host.state).toEqual({
      status: 'waiting',
      attempt: 1,
      delay: 1_000,
      retryAt: NOW + 1_000,
      cause: { ...LOST, code: 1011 },
    })
  })

  it('ends the connection by a code that means so, and nothing is left running', () => {
    const { host, lost } = driven('open')
    lost({ code: 1000, reason: 'done', wasClean: true })
    expect(host.state).toEqual({
      status: 'closed',
      attempt: 1,
      by: 'verdict',
      code: 1000,
      reason: 'done',
      wasClean: true,
    })
    expect(host.timers.size).toBe(0)
  })

  it('carries its error into the closed state, and tells it', () => {
    const error = new HoldfastError('NO_WEBSOCKET', 'There is none.')
    const { host, send } = driven('connecting')
    const close: CloseInfo = { ...LOST, phase: 'connecting', local: 'error', error }
    const effects = send({ type: 'lost', close, cause: 'fatal' })
    expect(host.state).toMatchObject({ status: 'closed', by: 'verdict', error })
    expect(effects.at(-1)).toEqual({ type: 'tell-lost', close, verdict: 'stop', error })
  })

  it('is told with its error while it waits for the next attempt', () => {
    const error = new HoldfastError('TOKEN', 'There is none.')
    const { send } = driven('connecting')
    const close: CloseInfo = { ...LOST, phase: 'connecting', local: 'error', error }
    expect(send({ type: 'lost', close })).toContainEqual({
      type: 'tell-lost',
      close,
      verdict: 'retry',
      delay: 1_000,
      error,
    })
  })

  it.each(['idle', 'waiting', 'closed'] as const)('means nothing in %s', (into) => {
    const { host, lost } = driven(into)
    const before = host.machine
    expect(lost()).toEqual([])
    expect(host.machine).toBe(before)
  })

  it.each(['waiting', 'suspended'] as const)('ends all in %s where nothing can help', (into) => {
    const { host, send } = driven(into)
    const effects = send({ type: 'lost', close: LOST, cause: 'fatal' })
    expect(host.state).toMatchObject({ status: 'closed', by: 'verdict' })
    expect(effects.at(-1)).toEqual({ type: 'tell-lost', close: LOST, verdict: 'stop' })
  })

  it.each(['closed', 'closed by the user'] as const)('ends nothing twice: %s', (into) => {
    const { host, send } = driven(into)
    const before = host.machine
    expect(send({ type: 'lost', close: LOST, cause: 'fatal' })).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('means nothing once it was given up', () => {
    const { host, send } = driven('open')
    const before = host.machine
    const old = { generation: before.generation - 1 } as object
    expect(send({ type: 'lost', close: LOST, ...old })).toEqual([])
    expect(send({ type: 'silent', local: 'heartbeat', ...old })).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('leaves no timer where it waits for a page that is frozen', () => {
    const { host, send, lost } = driven('connecting')
    send({ type: 'page', isKept: true })
    expect(lost()).toEqual([])
    expect(host.state).toMatchObject({ status: 'suspended', by: 'page' })
    expect(host.timers.size).toBe(0)
  })
})

describe('the connect timer', () => {
  it('gives the attempt up, and closes its socket before the next dial', () => {
    const { host, fire } = driven('connecting')
    const effects = fire('connect')
    expect(effects[0]).toEqual({ type: 'abandon' })
    expect(host.state).toMatchObject({
      status: 'waiting',
      cause: { code: 1006, phase: 'connecting', local: 'timeout', error: { code: 'CONNECT_TIMEOUT' } },
    })
  })

  it('says in which phase the attempt hung', () => {
    const { host, open, fire } = hostOf({ firstPhase: 'url' })
    open()
    fire('connect')
    const { state } = host
    expect(state.status === 'waiting' && state.cause.error?.message).toContain("'url'")
  })

  it('ends a connection that does not come back', () => {
    const { host, open, fire } = hostOf({ reconnect: false })
    open()
    fire('connect')
    expect(host.state).toMatchObject({
      status: 'closed',
      by: 'verdict',
      error: { code: 'CONNECT_TIMEOUT' },
    })
  })
})

describe('the stable timer', () => {
  it('starts the count anew: the next outage begins at attempt 1', () => {
    const { host, lost, opened, fire } = driven('waiting')
    fire('retry')
    opened()
    fire('stable')
    lost()
    expect(host.state).toMatchObject({ status: 'waiting', attempt: 0 })
    fire('retry')
    expect(host.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })

  it('does nothing but that', () => {
    expect(driven('open').fire('stable')).toEqual([])
  })

  it('does not have to fire: the clock says as well that a connection was stable', () => {
    const { host, lost, fire, opened } = driven('waiting')
    fire('retry')
    opened(NOW)
    lost({}, NOW + 5_000)
    expect(host.state).toMatchObject({ status: 'waiting', attempt: 0 })
  })

  it('has not come 1 ms before its time: the count goes on', () => {
    const { host, lost, fire, opened } = driven('waiting')
    fire('retry')
    opened(NOW)
    lost({}, NOW + 4_999)
    expect(host.state).toMatchObject({ status: 'waiting', attempt: 2 })
  })
})

describe('maxAttempts', () => {
  it('counts dials, the first included', () => {
    const { host, open, lost, fire } = hostOf({ maxAttempts: 2 })
    open()
    lost({ phase: 'connecting' })
    fire('retry')
    lost({ phase: 'connecting' })
    expect(host.state).toMatchObject({ status: 'closed', by: 'attempts', attempt: 2, code: 1006 })
  })

  it('starts anew with open()', () => {
    const { host, open, lost } = hostOf({ maxAttempts: 1 })
    open()
    lost({ phase: 'connecting' })
    open()
    expect(host.state).toMatchObject({ status: 'connecting', attempt: 1 })
  })
})

describe('a lazy machine', () => {
  const LAZY = { lazy: true, idleTimeout: 900 } as const

  it('does nothing where nothing changes for it', () => {
    const { host, send } = driven('open', LAZY)
    const before = host.machine
    expect(send({ type: 'wanted', wanted: false })).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('starts no idle timer while it is idle', () => {
    const { send } = hostOf({ lazy: false, idleTimeout: 900 })
    expect(send({ type: 'wanted', wanted: false })).toEqual([])
  })

  it('dials when it is wanted', () => {
    const { host, send } = hostOf(LAZY)
    send({ type: 'wanted', wanted: true })
    expect(host.state.status).toBe('connecting')
    expect(host.timers.has('idle')).toBe(false)
  })

  it.each(['connecting', 'open', 'waiting'] as const)('rests again from %s when it is not', (into) => {
    const { host, send, fire } = driven(into, LAZY)
    send({ type: 'wanted', wanted: true })
    expect(host.timers.has('idle')).toBe(false)
    send({ type: 'wanted', wanted: false })
    expect(host.timers.get('idle')).toBe(900)
    const effects = fire('idle')
    expect(effects.at(-1)).toEqual({ type: 'abandon' })
    expect(host.state).toEqual({ status: 'idle', attempt: 0 })
  })

  it('stays connected without an idleTimeout', () => {
    const { host, send } = driven('open', { lazy: true })
    send({ type: 'wanted', wanted: true })
    expect(send({ type: 'wanted', wanted: false })).toEqual([])
    expect(host.timers.has('idle')).toBe(false)
  })

  it('rests after its time too when it was opened by hand', () => {
    const { host, open } = hostOf(LAZY)
    open()
    expect(host.timers.get('idle')).toBe(900)
  })

  it('is not kept from resting by attempts that fail', () => {
    const { lost, fire } = driven('connecting', LAZY)
    const restarts = [...lost({ phase: 'connecting' }), ...fire('retry')].filter(
      (effect) => 'timer' in effect && effect.timer === 'idle',
    )
    expect(restarts).toEqual([])
  })

  it.each(['idle', 'closing', 'closed'] as const)('is not called to rest from %s', (into) => {
    const { host, fire } = driven(into, LAZY)
    const before = host.machine
    expect(fire('idle')).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('stops all that runs when it rests', () => {
    const { fire } = driven('waiting', LAZY)
    expect(fire('idle')).toEqual([
      { type: 'stop', timer: 'retry' },
      { type: 'stop', timer: 'idle' },
      { type: 'abandon' },
    ])
  })

  it('is not called to rest by a timer that is late', () => {
    const { host, send, fire } = driven('open', LAZY)
    send({ type: 'wanted', wanted: true })
    expect(fire('idle')).toEqual([])
    expect(host.state.status).toBe('open')
  })

  it.each(['idle', 'closing', 'closed'] as const)('starts no timer in %s', (into) => {
    const { host, send } = driven(into, LAZY)
    if (into !== 'idle') send({ type: 'wanted', wanted: true })
    send({ type: 'wanted', wanted: false })
    expect(host.timers.has('idle')).toBe(false)
  })

  it('does not dial for anybody once it is closed', () => {
    const { host, send } = driven('closed by the user', LAZY)
    send({ type: 'wanted', wanted: true })
    expect(host.state.status).toBe('closed')
  })
})

describe('a server that refuses the sign-in and drops it in turns', () => {
  const SIGN_IN = { canReauthenticate: true, firstPhase: 'sign-in' } as const

  it('has refused twice in a row: no token was taken in between', () => {
    const it = hostOf(SIGN_IN)
    it.open()
    for (const code of [4401, 1006, 4401]) {
      expect(it.host.state.status).toBe('connecting')
      // The socket is open while it signs in.
      it.lost({ code, phase: 'open' })
      if (it.host.state.status === 'waiting') it.fire('retry')
    }
    expect(it.host.state).toMatchObject({ status: 'closed', by: 'auth', code: 4401 })
  })

  it('has not where it was open in between', () => {
    const it = hostOf(SIGN_IN)
    it.open()
    it.lost({ code: 4401, phase: 'open' })
    it.fire('retry')
    it.opened()
    it.lost({ code: 1006 })
    it.fire('retry')
    it.lost({ code: 4401, phase: 'open' })
    expect(it.host.state.status).toBe('waiting')
  })
})

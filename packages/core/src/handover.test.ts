import { describe, expect, it } from 'vitest'
import { CONFIG, LOST, NOW, type Timeless } from '../../../test/unit/machine-events.ts'
import { MachineHost } from '../../../test/unit/machine-host.ts'
import type { MachineConfig, MachineEvent } from './machine.ts'
import type { CloseInfo } from './state.ts'

/** A machine that is open, and what drives it. */
function setUp(config: Partial<MachineConfig> = {}) {
  const host = new MachineHost({ ...CONFIG, signInTimeout: 700, ...config })
  const send = (event: Timeless<MachineEvent>, now = NOW) =>
    host.take({ generation: host.machine.generation, ...event, now } as MachineEvent)
  send({ type: 'open' })
  send({ type: 'opened', protocol: 'old', extensions: 'x' })
  return {
    host,
    send,
    begin: () => send({ type: 'reconnect', reason: 'deploy', handover: true }),
    ready: (now?: number) => send({ type: 'ready', protocol: 'new', extensions: 'y' }, now),
    fire: (timer: 'connect' | 'sign-in' | 'retire') => send({ type: 'timer', timer }),
  }
}

const CLOSE: CloseInfo = { ...LOST, code: 1013, phase: 'connecting' }

describe('a handover', () => {
  it('begins beside the connection in use', () => {
    const { host, begin } = setUp()
    const { state, generation } = host.machine
    expect(begin()).toEqual([
      { type: 'start', timer: 'connect', delay: 10_000 },
      { type: 'tell-handover', step: 'started', reason: 'deploy' },
      { type: 'prepare' },
    ])
    expect(host.machine).toMatchObject({
      state,
      generation,
      handover: { step: 'preparing', reason: 'deploy' },
    })
  })

  it('needs no reason', () => {
    const { host, send } = setUp()
    send({ type: 'reconnect', handover: true })
    expect(host.machine.handover).toEqual({ step: 'preparing', reason: '' })
  })

  it.each(['preparing', 'retiring'])('is one at a time, also while %s', (step) => {
    const { host, begin, ready } = setUp()
    begin()
    if (step === 'retiring') ready()
    const before = host.machine
    expect(begin()).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('is a plain reconnect where nothing is open', () => {
    const { host, send, begin } = setUp()
    send({ type: 'lost', close: LOST })
    expect(begin().at(-1)).toMatchObject({ type: 'dial' })
    expect(host.machine.handover).toBeUndefined()
  })

  it('gives the sign-in of the next one a time of its own', () => {
    const { host, send, begin } = setUp()
    begin()
    const before = host.machine
    expect(send({ type: 'signs-in' })).toEqual([{ type: 'start', timer: 'sign-in', delay: 700 }])
    expect(host.machine).toBe(before)
  })

  it('takes over with the next one: it is open since now, and the old one may finish', () => {
    const { host, begin, ready } = setUp()
    begin()
    const { generation } = host.machine
    expect(ready(NOW + 50)).toEqual([
      { type: 'stop', timer: 'stable' },
      { type: 'stop', timer: 'connect' },
      { type: 'stop', timer: 'sign-in' },
      { type: 'stop', timer: 'retire' },
      { type: 'start', timer: 'stable', delay: 5_000 },
      { type: 'start', timer: 'retire', delay: 3_000 },
      { type: 'tell-handover', step: 'done', reason: 'deploy' },
      { type: 'take-over', reason: 'deploy' },
      { type: 'restore' },
    ])
    expect(host.machine).toMatchObject({
      generation: generation + 1,
      handover: { step: 'retiring', reason: 'deploy' },
      state: { status: 'open', attempt: 1, since: NOW + 50, protocol: 'new', extensions: 'y' },
    })
  })

  it.each(['is closed', 'has had its time'])('is over, and written to, once the old one %s', (how) => {
    const { host, send, begin, ready, fire } = setUp()
    begin()
    ready()
    expect(how === 'is closed' ? send({ type: 'retired' }) : fire('retire')).toEqual([
      { type: 'stop', timer: 'retire' },
      { type: 'drain' },
    ])
    expect('handover' in host.machine).toBe(false)
  })

  it('that fails leaves the connection in use as it is', () => {
    const { host, send, begin } = setUp()
    const { machine } = host
    begin()
    expect(send({ type: 'unready', close: CLOSE })).toEqual([
      { type: 'stop', timer: 'connect' },
      { type: 'stop', timer: 'sign-in' },
      { type: 'tell-handover', step: 'failed', reason: 'deploy', close: CLOSE },
    ])
    expect(host.machine).toEqual(machine)
  })

  it.each([
    ['connect', "No connection within 10000 ms (connectTimeout); in phase 'handover'."],
    ['sign-in', "No answer to the sign-in message within 700 ms; in phase 'handover'."],
  ] as const)('fails when its %s timer fires', (timer, text) => {
    const { host, send, begin, fire } = setUp()
    begin()
    send({ type: 'signs-in' })
    expect(fire(timer).at(-1)).toMatchObject({
      type: 'tell-handover',
      step: 'failed',
      close: {
        code: 1006,
        phase: 'connecting',
        local: 'timeout',
        error: { code: 'CONNECT_TIMEOUT', message: text },
      },
    })
    expect(host.state).toMatchObject({ status: 'open', protocol: 'old' })
  })

  it('is forgotten with the connection that it was of', () => {
    const { host, send, begin, ready } = setUp()
    begin()
    send({ type: 'lost', close: LOST })
    expect('handover' in host.machine).toBe(false)
    expect(ready()).toEqual([])
    expect(host.state.status).toBe('waiting')
  })

  it.each<[string, Timeless<MachineEvent>]>([
    ['is lost', { type: 'lost', close: LOST }],
    ['is closed', { type: 'close', reason: '', drainTimeout: 0 }],
    ['is closed once it is drained', { type: 'close', reason: '', drainTimeout: 1_000 }],
    ['is replaced', { type: 'reconnect' }],
    ['is silent', { type: 'silent', local: 'heartbeat' }],
  ])('has failed where its connection %s before that, and is told so first', (_, event) => {
    const { send, begin } = setUp()
    begin()
    const told = send(event).filter(({ type }) => type === 'tell-handover' || type === 'tell-lost')
    expect(told[0]).toEqual({ type: 'tell-handover', step: 'failed', reason: 'deploy' })
    expect(told.filter(({ type }) => type === 'tell-handover')).toHaveLength(1)
  })

  it('is done, and does not fail, where its connection ends after that', () => {
    const { send, begin, ready } = setUp()
    begin()
    ready()
    const effects = send({ type: 'close', reason: '', drainTimeout: 0 })
    expect(effects.filter(({ type }) => type === 'tell-handover')).toEqual([])
  })
})

describe('no handover', () => {
  it.each<[string, Timeless<MachineEvent>]>([
    ['a sign-in', { type: 'signs-in' }],
    ['a next one', { type: 'ready', protocol: '', extensions: '' }],
    ['the loss of a next one', { type: 'unready', close: CLOSE }],
    ['the end of an old one', { type: 'retired' }],
    ['a late connect timer', { type: 'timer', timer: 'connect' }],
    ['a late retire timer', { type: 'timer', timer: 'retire' }],
  ])('is changed by %s', (_, event) => {
    const { host, send } = setUp()
    const before = host.machine
    expect(send(event)).toEqual([])
    expect(host.machine).toBe(before)
  })

  it.each<[string, Timeless<MachineEvent>]>([
    ['a sign-in', { type: 'signs-in' }],
    ['a next one', { type: 'ready', protocol: '', extensions: '' }],
    ['the loss of a next one', { type: 'unready', close: CLOSE }],
    ['a late connect timer', { type: 'timer', timer: 'connect' }],
  ])('has its step taken twice: %s comes after it took over', (_, event) => {
    const { host, send, begin, ready } = setUp()
    begin()
    ready()
    const before = host.machine
    expect(send(event)).toEqual([])
    expect(host.machine).toBe(before)
  })

  it('has an old one that ends before it took over', () => {
    const { host, send, begin } = setUp()
    begin()
    const before = host.machine
    expect(send({ type: 'retired' })).toEqual([])
    expect(host.machine).toBe(before)
  })
})

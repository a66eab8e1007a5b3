import {
  type Effect,
  initial,
  type Machine,
  type MachineConfig,
  type MachineEvent,
  type TimerName,
  transition,
} from '../../packages/core/src/machine.ts'
import type { ConnectionState } from '../../packages/core/src/state.ts'

/** The timers that each state may have; most states never lack their own. */
const MAY_RUN: Record<ConnectionState['status'], readonly TimerName[]> = {
  idle: [],
  connecting: ['connect', 'sign-in', 'idle'],
  open: ['stable', 'idle', 'connect', 'sign-in', 'retire'],
  waiting: ['retry', 'idle'],
  suspended: ['trial', 'idle'],
  closing: ['drain', 'close'],
  closed: [],
}

/** What a state has beside `status` and `attempt`, and may have. */
const FIELDS: Record<ConnectionState['status'], { has: readonly string[]; may: readonly string[] }> = {
  idle: { has: [], may: [] },
  connecting: { has: ['phase'], may: [] },
  open: { has: ['since', 'protocol', 'extensions'], may: [] },
  waiting: { has: ['delay', 'retryAt', 'cause'], may: [] },
  suspended: { has: ['by', 'cause'], may: [] },
  closing: { has: ['reason'], may: ['code'] },
  closed: { has: ['by', 'code', 'reason', 'wasClean'], may: ['error'] },
}

export interface Step {
  readonly event: MachineEvent
  readonly machine: Machine
  readonly state: ConnectionState
  readonly effects: readonly Effect[]
}

/**
 * The least shell: a set of timers and one socket. It carries effects out, and fails a test at the first
 * thing that a real shell could not do, or must not be left with.
 */
export class MachineHost {
  readonly config: MachineConfig
  machine: Machine
  /** Running timers and their delays. */
  readonly timers = new Map<TimerName, number>()
  /** The generation of the socket, or the dial, that is held. */
  socket: number | undefined
  readonly history: Step[] = []
  /** Dials in this outage, counted apart from the machine. */
  dials = 0

  constructor(config: MachineConfig) {
    this.config = config
    this.machine = initial(config)
    deepFreeze(this.machine)
  }

  get state(): ConnectionState {
    return this.machine.state
  }

  /** One event, and its effects. */
  take(event: MachineEvent): readonly Effect[] {
    deepFreeze(event)
    const before = this.machine
    if (event.type === 'timer') this.timers.delete(event.timer)
    if (event.type === 'lost' && event.generation === before.generation) this.socket = undefined
    if (this.#isFresh(event)) this.dials = 0

    const [machine, effects] = transition(before, event, this.config)
    deepFreeze(machine)
    deepFreeze(effects)
    this.machine = machine
    this.history.push({ event, machine, state: machine.state, effects })

    const dials = effects.filter(({ type }) => type === 'dial').length
    const takeOvers = effects.filter(({ type }) => type === 'take-over').length
    must(machine.generation === before.generation + dials + takeOvers, 'each dial is a generation of its own')
    for (const effect of effects) this.#carryOut(effect, event.now)
    this.#check()
    if (effects.some(({ type }) => type === 'reopen')) this.take({ type: 'open', now: event.now })
    return effects
  }

  /** Whether an event ends the outage or starts a new life, by DESIGN §3 and `ReconnectOptions.stableAfter`. */
  #isFresh(event: MachineEvent): boolean {
    const { state } = this
    switch (event.type) {
      case 'open':
        return state.status === 'closed'
      case 'reconnect':
        if (event.handover && state.status === 'open') return false
        return state.status === 'closed' ? state.by !== 'user' : state.status !== 'closing'
      case 'timer':
        if (event.timer === 'stable') return state.status === 'open'
        return event.timer === 'idle' && !this.machine.wanted && MAY_RUN[state.status].includes('idle')
      case 'lost':
        return (
          event.generation === this.machine.generation &&
          state.status === 'open' &&
          event.now - state.since >= this.config.stableAfter
        )
      case 'silent':
        return (
          event.generation === this.machine.generation &&
          state.status === 'open' &&
          (event.local === 'heartbeat' || this.config.reconnect) &&
          event.now - state.since >= this.config.stableAfter
        )
      case 'page':
        return (
          event.isKept &&
          !this.machine.surroundings.isKept &&
          state.status === 'open' &&
          event.now - state.since >= this.config.stableAfter
        )
      default:
        return false
    }
  }

  #carryOut(effect: Effect, now: number): void {
    const { state, machine } = this
    switch (effect.type) {
      case 'start':
        must(effect.delay >= 0, 'a delay is 0 or more')
        this.timers.set(effect.timer, effect.delay)
        break
      case 'stop':
        this.timers.delete(effect.timer)
        break
      case 'dial':
        must(this.socket === undefined, 'the former socket is gone before a dial')
        this.socket = effect.generation
        this.dials += 1
        must(effect.generation === machine.generation, 'a dial has the generation of the machine')
        must(effect.attempt === this.dials, `dial ${this.dials} of this outage is attempt ${effect.attempt}`)
        break
      case 'abandon':
        this.socket = undefined
        break
      case 'tell-handover':
        must(state.status === 'open' || effect.step === 'failed', 'an open connection is handed over')
        break
      case 'prepare':
        must(machine.handover?.step === 'preparing', 'what is prepared is known')
        break
      case 'take-over':
        must(machine.handover?.step === 'retiring' && this.socket !== undefined, 'an old socket retires')
        this.socket = machine.generation
        break
      case 'hang-up':
      case 'restore':
      case 'drain':
        must(this.socket === machine.generation, `'${effect.type}' needs the current socket`)
        break
      case 'tell-lost':
        if (state.status === 'waiting') {
          must(effect.delay === state.delay, 'the delay is told as it is')
          must(state.retryAt === now + state.delay, 'retryAt = now + delay')
          must(state.cause === effect.close, 'the cause is told as it is')
        }
        must(
          state.status !== 'suspended' || effect.delay === undefined,
          'nobody knows how long it is suspended',
        )
        if (state.status === 'closed') must(effect.verdict === 'stop', `'stop' is told at the end`)
        break
      case 'finish':
        must(state.status === 'closed' && state.by === 'user', 'only the user finishes')
        break
      case 'reopen':
        break
      default:
        effect satisfies never
    }
  }

  /** What holds after every event. */
  #check(): void {
    const { state, machine, timers, config } = this
    const { status } = state

    const { has, may } = FIELDS[status]
    const fields = Object.keys(state)
    for (const field of ['attempt', ...has]) must(fields.includes(field), `'${status}' has '${field}'`)
    const known = ['status', 'attempt', ...has, ...may]
    for (const field of fields) must(known.includes(field), `'${status}' has no '${field}'`)
    const rests = status === 'waiting' || status === 'suspended'
    must((machine.wait !== undefined) === rests, `'wait' between two attempts, and only then`)
    must(!machine.handover || status === 'open', 'an open connection is handed over')
    must(!machine.isTrial || status === 'connecting', 'a trial is a dial')
    const { isOnline, isKept } = machine.surroundings
    must(status !== 'waiting' || (isOnline && !isKept), 'whoever waits has a network, and is looked at')
    if (state.status === 'suspended') {
      must(state.by === 'page' ? isKept : !isOnline && !isKept, `suspended by '${state.by}' for that reason`)
    }
    must((machine.ending !== undefined) === (status === 'closing'), `'ending' while closing, and only then`)

    const isDraining = machine.ending?.draining
    const isLive = status === 'connecting' || status === 'open' || rests
    const runs: Partial<Record<TimerName, boolean>> = {
      connect: status === 'connecting' || machine.handover?.step === 'preparing',
      retire: machine.handover?.step === 'retiring',
      retry: status === 'waiting',
      trial: state.status === 'suspended' && state.by === 'offline',
      drain: isDraining === true,
      close: isDraining === false,
      idle: isLive && !machine.wanted && config.idleTimeout !== Infinity,
    }
    for (const [name, shouldRun] of Object.entries(runs)) {
      must(timers.has(name as TimerName) === shouldRun, `${name} in '${status}' runs: ${shouldRun}`)
    }
    for (const name of timers.keys()) must(MAY_RUN[status].includes(name), `${name} may run in '${status}'`)

    const holds = status === 'connecting' || status === 'open' || status === 'closing'
    must(this.socket === (holds ? machine.generation : undefined), `'${status}' has the socket it should`)
    if (status !== 'open' && status !== 'closing') {
      must(state.attempt === this.dials, `attempt is ${state.attempt} after ${this.dials} dials`)
    }
  }
}

/** Cheaper than `expect`, which would be most of the time that a property takes. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Must hold: ${what}.`)
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
}

/** A small seeded random source (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

import { NO_CLOSE_FRAME } from './close-codes.ts'
import { HoldfastError } from './errors.ts'
import type { Effect, Machine, MachineConfig, MachineEvent, TimerName, Transition } from './machine.ts'
import { rest, type Wait } from './rest.ts'
import type { CloseInfo, ConnectingPhase, ConnectionState } from './state.ts'
import { FRESH, judge, type LossCause } from './verdict.ts'

/** An attempt has come to its next phase. */
export function phase(
  machine: Machine,
  generation: number,
  next: ConnectingPhase,
  config: MachineConfig,
): Transition {
  const { state } = machine
  if (generation !== machine.generation || state.status !== 'connecting') return same(machine)
  if (state.phase === next) return same(machine)
  const effects: Effect[] =
    next === 'sign-in' ? [{ type: 'start', timer: 'sign-in', delay: config.signInTimeout }] : []
  return [{ ...machine, state: { ...state, phase: next } }, effects]
}

/** The connection is usable. */
export function opened(
  machine: Machine,
  event: Extract<MachineEvent, { type: 'opened' }>,
  config: MachineConfig,
): Transition {
  const { state } = machine
  if (event.generation !== machine.generation || state.status !== 'connecting') return same(machine)
  const { now: since, protocol, extensions } = event
  const { isTrial, ...signedIn } = machine
  return [
    { ...signedIn, state: { status: 'open', attempt: state.attempt, since, protocol, extensions } },
    [
      ...leave(machine),
      { type: 'start', timer: 'stable', delay: config.stableAfter },
      { type: 'restore' },
      { type: 'drain' },
    ],
  ]
}

/** The socket, or the attempt to have one, is gone: come back, or stop. */
export function lost(
  machine: Machine,
  close: CloseInfo,
  now: number,
  config: MachineConfig,
  cause?: LossCause,
): Transition {
  const { state } = machine
  if (state.status === 'closing') return finish(machine, close)
  if (state.status !== 'connecting' && state.status !== 'open') {
    // Between two attempts nothing can be lost, and yet all can be over.
    if (cause !== 'fatal' || isEnding(state)) return same(machine)
  }
  // The stable timer may be throttled or asleep; the clock is not.
  const rested = state.status === 'open' && now - state.since >= config.stableAfter
  const tally = rested ? FRESH : machine.tally
  const {
    stop,
    delay,
    floor,
    verdict,
    tally: judged,
  } = judge(tally, close, config, cause, state.status === 'open')
  const { isTrial, wait, ...given } = machine
  // A trial fails as expected: that must not make the wait longer once the network is there.
  const { delays, previous } = isTrial ? tally : judged
  const counted = { ...judged, delays, previous }
  if (stop !== undefined) {
    const { code, reason, wasClean } = close
    const error = stop.error ?? close.error
    const closed: Machine = {
      ...given,
      tally: counted,
      state: {
        status: 'closed',
        attempt: counted.dials,
        by: stop.by,
        code,
        reason,
        wasClean,
        ...(error && { error }),
      },
    }
    return [closed, [...leave(machine, 'idle'), { type: 'tell-lost', close, verdict: 'stop', error }]]
  }
  const ahead: Wait = { delay, retryAt: now + delay, floorUntil: now + floor }
  const [next, effects] = rest({ ...given, tally: counted }, ahead, close, now, config)
  return [
    next,
    [
      ...leave(machine),
      {
        type: 'tell-lost',
        close,
        verdict,
        ...(next.state.status === 'waiting' && { delay }),
        error: close.error,
      },
      ...effects,
    ],
  ]
}

/** An attempt took too long. */
export function timedOut(
  machine: Machine,
  timer: 'connect' | 'sign-in',
  now: number,
  config: MachineConfig,
): Transition {
  const { state } = machine
  if (state.status !== 'connecting') return same(machine)
  const [next, effects] = lost(machine, tooLong(timer, state.phase, config), now, config)
  // A browser holds the next dial to this host back until the hanging one is closed.
  return [next, [{ type: 'abandon' }, ...effects]]
}

/** How an attempt ends that took too long. */
export function tooLong(
  timer: 'connect' | 'sign-in',
  phase: ConnectingPhase | 'handover',
  { connectTimeout, signInTimeout }: MachineConfig,
): CloseInfo {
  const what =
    timer === 'connect'
      ? `No connection within ${connectTimeout} ms (connectTimeout)`
      : `No answer to the sign-in message within ${signInTimeout} ms`
  const error = new HoldfastError('CONNECT_TIMEOUT', `${what}; in phase '${phase}'.`)
  return { ...NO_CLOSE_FRAME, phase: 'connecting', local: 'timeout', error }
}

/** A new attempt. */
export function dial(machine: Machine, config: MachineConfig, first: readonly Effect[] = []): Transition {
  const attempt = machine.tally.dials + 1
  const generation = machine.generation + 1
  return [
    {
      wanted: machine.wanted,
      surroundings: machine.surroundings,
      generation,
      tally: { ...machine.tally, dials: attempt },
      state: { status: 'connecting', attempt, phase: config.firstPhase },
    },
    [
      ...leave(machine),
      ...first,
      { type: 'start', timer: 'connect', delay: config.connectTimeout },
      // A lazy connection that was opened by hand rests again, as one that everybody left.
      ...(machine.wanted || isLive(machine.state) ? [] : startIdle(config)),
      // Last: it calls the user's functions, which may call back.
      { type: 'dial', generation, attempt },
    ],
  ]
}

/** The end of the user's `close()`. */
export function finish(
  machine: Machine,
  { code, reason, wasClean }: Pick<CloseInfo, 'code' | 'reason' | 'wasClean'>,
  first: readonly Effect[] = [],
): Transition {
  const { ending, wait, isTrial, ...given } = machine
  return [
    {
      ...given,
      state: { status: 'closed', attempt: machine.tally.dials, by: 'user', code, reason, wasClean },
    },
    [
      ...leave(machine, 'idle'),
      ...first,
      { type: 'finish' },
      ...(ending?.reopen ? [{ type: 'reopen' } as const] : []),
    ],
  ]
}

/** Stops the timers of the state that is left, and others that end with it. */
export function leave({ state, handover }: Machine, ...others: readonly TimerName[]): Effect[] {
  const own: Partial<Record<ConnectionState['status'], readonly TimerName[]>> = {
    connecting: ['connect', 'sign-in'],
    open: handover ? ['stable', 'connect', 'sign-in', 'retire'] : ['stable'],
    waiting: ['retry'],
    suspended: ['trial'],
    closing: ['drain', 'close'],
  }
  return [...(own[state.status] ?? []), ...others].map((name) => ({ type: 'stop', timer: name }))
}

export function startIdle({ idleTimeout: delay }: MachineConfig): Effect[] {
  return delay === Infinity ? [] : [{ type: 'start', timer: 'idle', delay }]
}

export function isLive(state: ConnectionState): boolean {
  return state.status !== 'idle' && !isEnding(state)
}

function isEnding(state: ConnectionState): boolean {
  return state.status === 'closing' || state.status === 'closed'
}

export function same(machine: Machine): Transition {
  return [machine, []]
}

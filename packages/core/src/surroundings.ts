import { NO_CLOSE_FRAME } from './close-codes.ts'
import type { Effect, Machine, MachineConfig, Transition } from './machine.ts'
import { left, rest, type Wait } from './rest.ts'
import type { CloseInfo } from './state.ts'
import { dial, leave, lost, same } from './steps.ts'

/** The host calls itself online or offline; that pauses the backoff, and proves nothing. */
export function network(machine: Machine, isOnline: boolean, now: number, config: MachineConfig): Transition {
  const { surroundings } = machine
  if (isOnline === surroundings.isOnline) return same(machine)
  const next = settle({ ...machine, surroundings: { ...surroundings, isOnline } }, now, config)
  return isOnline ? andHasten(next, now, config) : next
}

/** The page is kept for later, or frozen: no socket survives that. Or it is back. */
export function page(machine: Machine, isKept: boolean, now: number, config: MachineConfig): Transition {
  const { state, surroundings } = machine
  if (isKept === surroundings.isKept) return same(machine)
  const next = { ...machine, surroundings: { ...surroundings, isKept } }
  if (isKept && (state.status === 'connecting' || state.status === 'open')) {
    // Cut short by the page, it proves nothing against the server. And what was open was no outage.
    const isHastened = next.tally.isHastened && state.status !== 'open'
    return giveUp(excused({ ...next, tally: { ...next.tally, isHastened } }), 'page', now, config)
  }
  const settled = settle(next, now, config)
  return isKept ? settled : andHasten(settled, now, config)
}

/** Nothing came where something should have come. */
export function silent(
  machine: Machine,
  local: 'heartbeat' | 'offline',
  now: number,
  config: MachineConfig,
): Transition {
  // A mere doubt is no reason to end what cannot be replaced.
  if (machine.state.status !== 'open' || (local === 'offline' && !config.reconnect)) return same(machine)
  const next = giveUp(machine, local, now, config)
  return local === 'offline' ? andHasten(next, now, config) : next
}

/**
 * Somebody is looking, or the host is back from sleep: dials without waiting for the rest of a delay, once in
 * an outage, and never before a server's floor is over.
 */
export function hasten(machine: Machine, now: number, config: MachineConfig): Transition {
  const { state, tally, wait } = machine
  if (!wait) return same(machine)
  // The host slept through the end of the delay.
  if (state.status === 'waiting' && left(wait, 'retryAt', now) === 0) return dial(machine, config)
  const hastened: Machine = { ...machine, tally: { ...tally, isHastened: true } }
  const floor = left(wait, 'floorUntil', now)
  if (tally.isHastened) return same(machine)
  if (state.status === 'suspended') {
    // Of the two only `offline` may be wrong.
    return state.by === 'page' || floor > 0 ? same(machine) : trial(hastened, config)
  }
  if (floor === 0) return dial(hastened, config)
  if (state.status !== 'waiting' || wait.floorUntil >= wait.retryAt) return same(machine)
  // What is left of the delay is the floor; fractions of a millisecond must not make it less than nothing.
  const delay = Math.max(0, wait.delay - (wait.retryAt - wait.floorUntil))
  const shorter: Wait = { ...wait, delay, retryAt: wait.floorUntil }
  const [next, effects] = rest(hastened, shorter, state.cause, now, config)
  return [next, [...leave(machine), ...effects]]
}

/** A dial although the host calls itself offline. It does not count for `maxAttempts`. */
export function trial(machine: Machine, config: MachineConfig): Transition {
  if (machine.state.status !== 'suspended') return same(machine)
  const [next, effects] = dial(machine, config)
  return [excused(next), effects]
}

/** The newest dial counts neither for `maxAttempts` nor, once it is over, for the next delay. */
function excused(machine: Machine): Machine {
  const { tally } = machine
  const { dials, excusedDial } = tally
  // Once: a trial may be cut short by the page.
  const count = tally.excused + Number(dials !== excusedDial)
  return { ...machine, isTrial: true, tally: { ...tally, excused: count, excusedDial: dials } }
}

/** Changes between waiting and suspended, if the surroundings ask for it. */
function settle(machine: Machine, now: number, config: MachineConfig): Transition {
  const { state, wait } = machine
  if ((state.status !== 'waiting' && state.status !== 'suspended') || !wait) return same(machine)
  const [next, effects] = rest(machine, wait, state.cause, now, config)
  const isSame =
    next.state.status === state.status &&
    (next.state.status !== 'suspended' || state.status !== 'suspended' || next.state.by === state.by)
  return isSame ? same(machine) : [next, [...leave(machine), ...effects]]
}

/** Ends what there is from this side, without waiting for a peer that may be gone. */
function giveUp(
  machine: Machine,
  local: NonNullable<CloseInfo['local']>,
  now: number,
  config: MachineConfig,
): Transition {
  const { state } = machine
  const isOpen = state.status === 'open' || (state.status === 'connecting' && state.phase === 'sign-in')
  const close: CloseInfo = { ...NO_CLOSE_FRAME, phase: isOpen ? 'open' : 'connecting', local }
  const [next, effects] = lost(machine, close, now, config)
  return [next, [{ type: 'abandon' }, ...effects]]
}

function andHasten([machine, effects]: Transition, now: number, config: MachineConfig): Transition {
  const [next, more] = hasten(machine, now, config)
  if (next === machine) return [machine, effects]
  const delay = next.state.status === 'waiting' ? next.state.delay : 0
  const told = effects.map((effect): Effect => (effect.type === 'tell-lost' ? { ...effect, delay } : effect))
  return [next, [...told, ...more]]
}

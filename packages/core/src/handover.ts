import type { Machine, MachineConfig, MachineEvent, Transition } from './machine.ts'
import type { CloseInfo } from './state.ts'
import { leave, same, tooLong } from './steps.ts'

/**
 * A planned move to another socket. `'preparing'`: the next one is dialled and signed in, while this one is in
 * use. `'retiring'`: it took over, and is written to once the old one is closed.
 */
export interface Handover {
  readonly step: 'preparing' | 'retiring'
  readonly reason: string
}

/** Begins one, of a connection that is open. */
export function prepare(machine: Machine, reason: string, config: MachineConfig): Transition {
  if (machine.handover) return same(machine)
  return [
    { ...machine, handover: { step: 'preparing', reason } },
    [
      { type: 'start', timer: 'connect', delay: config.connectTimeout },
      { type: 'tell-handover', step: 'started', reason },
      { type: 'prepare' },
    ],
  ]
}

/** The next socket has come to its sign-in. */
export function signsIn(machine: Machine, config: MachineConfig): Transition {
  if (machine.handover?.step !== 'preparing') return same(machine)
  return [machine, [{ type: 'start', timer: 'sign-in', delay: config.signInTimeout }]]
}

/** The next socket is usable. */
export function ready(
  machine: Machine,
  { now, protocol, extensions }: Extract<MachineEvent, { type: 'ready' }>,
  config: MachineConfig,
): Transition {
  const { handover, state } = machine
  if (state.status !== 'open' || handover?.step !== 'preparing') return same(machine)
  const { reason } = handover
  return [
    {
      ...machine,
      generation: machine.generation + 1,
      handover: { step: 'retiring', reason },
      state: { ...state, since: now, protocol, extensions },
    },
    [
      ...leave(machine),
      { type: 'start', timer: 'stable', delay: config.stableAfter },
      { type: 'start', timer: 'retire', delay: config.closeTimeout },
      { type: 'tell-handover', step: 'done', reason },
      { type: 'take-over', reason },
      { type: 'restore' },
    ],
  ]
}

/** There will be no next socket: this one stays. */
export function unready(machine: Machine, close: CloseInfo): Transition {
  const { handover, ...rest } = machine
  if (handover?.step !== 'preparing') return same(machine)
  return [
    rest,
    [
      { type: 'stop', timer: 'connect' },
      { type: 'stop', timer: 'sign-in' },
      { type: 'tell-handover', step: 'failed', reason: handover.reason, close },
    ],
  ]
}

/** Preparing took too long. */
export function unreadyInTime(
  machine: Machine,
  timer: 'connect' | 'sign-in',
  config: MachineConfig,
): Transition {
  return unready(machine, tooLong(timer, 'handover', config))
}

/** The old socket is closed, or has had its time: the new one is written to. */
export function retired(machine: Machine): Transition {
  const { handover, ...rest } = machine
  if (handover?.step !== 'retiring') return same(machine)
  return [rest, [{ type: 'stop', timer: 'retire' }, { type: 'drain' }]]
}

/** Only an open connection is handed over: one that is left in between ends its handover. */
export function unlessLeft({ handover: begun }: Machine, [machine, effects]: Transition): Transition {
  if (!begun || machine.state.status === 'open') return [machine, effects]
  const { handover, ...rest } = machine
  if (begun.step === 'retiring') return [rest, effects]
  return [rest, [{ type: 'tell-handover', step: 'failed', reason: begun.reason }, ...effects]]
}

import { NO_CLOSE_FRAME } from './close-codes.ts'
import { prepare } from './handover.ts'
import type { Machine, MachineConfig, MachineEvent, Transition } from './machine.ts'
import type { CloseInfo } from './state.ts'
import { dial, finish, isLive, leave, same, startIdle } from './steps.ts'
import { FRESH } from './verdict.ts'

/** Dials, unless there is something already. */
export function open(machine: Machine, config: MachineConfig): Transition {
  switch (machine.state.status) {
    case 'idle':
    case 'waiting':
    case 'suspended':
      return dial(machine, config)
    case 'closed':
      return dial({ ...machine, tally: FRESH }, config)
    case 'closing':
      return machine.ending
        ? [{ ...machine, ending: { ...machine.ending, reopen: true } }, []]
        : same(machine)
    default:
      return same(machine)
  }
}

/** Gives up what there is, and dials. */
export function reconnect(
  machine: Machine,
  { reason = '', handover }: Extract<MachineEvent, { type: 'reconnect' }>,
  config: MachineConfig,
): Transition {
  const { state } = machine
  if (handover && state.status === 'open') return prepare(machine, reason, config)
  const anew = { ...machine, tally: FRESH }
  switch (state.status) {
    case 'idle':
    case 'waiting':
    case 'suspended':
      return dial(anew, config)
    case 'connecting':
    case 'open': {
      const phase = state.status
      const close: CloseInfo = { ...NO_CLOSE_FRAME, reason, phase, local: 'reconnect' }
      return dial(anew, config, [
        { type: 'abandon' },
        { type: 'tell-lost', close, verdict: 'retry', delay: 0 },
      ])
    }
    case 'closed':
      return state.by === 'user' ? same(machine) : dial(anew, config)
    default:
      return same(machine)
  }
}

/** Ends it for the user: drains first if open. */
export function close(
  machine: Machine,
  event: Extract<MachineEvent, { type: 'close' }>,
  config: MachineConfig,
): Transition {
  const { state } = machine
  switch (state.status) {
    case 'open': {
      const { attempt } = state
      const closing: Machine = {
        ...machine,
        state: {
          status: 'closing',
          attempt,
          reason: event.reason,
          ...(event.code !== undefined && { code: event.code }),
        },
        ending: { draining: true, reopen: false },
      }
      const stops = leave(machine, 'idle')
      if (event.drainTimeout > 0) {
        return [
          closing,
          [...stops, { type: 'start', timer: 'drain', delay: event.drainTimeout }, { type: 'drain' }],
        ]
      }
      const [next, effects] = hangUp(closing, config)
      return [next, [...stops, ...effects]]
    }
    case 'closing':
      return machine.ending
        ? [{ ...machine, ending: { ...machine.ending, reopen: false } }, []]
        : same(machine)
    case 'closed':
      return state.by === 'user'
        ? same(machine)
        : [{ ...machine, state: { ...state, by: 'user' } }, [{ type: 'finish' }]]
    default:
      // No closing handshake took place, which is what 1006 says; the native class tells the same.
      return finish(machine, NO_CLOSE_FRAME, [{ type: 'abandon' }])
  }
}

/** Starts the closing handshake, once. */
export function hangUp(machine: Machine, config: MachineConfig): Transition {
  const { state, ending } = machine
  if (state.status !== 'closing' || !ending?.draining) return same(machine)
  const { code, reason } = state
  return [
    { ...machine, ending: { ...ending, draining: false } },
    [
      { type: 'stop', timer: 'drain' },
      // Before the socket is told: a socket that closes within the call must find the timer to stop.
      { type: 'start', timer: 'close', delay: config.closeTimeout },
      { type: 'hang-up', reason, code },
    ],
  ]
}

/** Somebody needs the connection, or nobody any more; matters to lazy ones. */
export function want(machine: Machine, wanted: boolean, config: MachineConfig): Transition {
  if (wanted === machine.wanted) return same(machine)
  const next = { ...machine, wanted }
  if (wanted)
    return machine.state.status === 'idle' ? dial(next, config) : [next, [{ type: 'stop', timer: 'idle' }]]
  return [next, isLive(machine.state) ? startIdle(config) : []]
}

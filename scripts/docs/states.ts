// Every way from one state to another that the machine has: found by trying all events in all of its states.
import type { TransitionCause } from '@holdfast/core'
import {
  initial,
  type Machine,
  type MachineConfig,
  type MachineEvent,
  type TimerName,
  transition,
} from '../../packages/core/src/machine.ts'
import type { ConnectionState } from '../../packages/core/src/state.ts'

export type Status = ConnectionState['status']

/** From one status to another. */
export interface Edge {
  readonly from: Status
  readonly to: Status
  /** As `state` events name them. */
  readonly causes: readonly TransitionCause[]
}

export const STATUSES: readonly Status[] = [
  'idle',
  'connecting',
  'open',
  'waiting',
  'suspended',
  'closing',
  'closed',
]

const TIMERS: Record<TimerName, true> = {
  connect: true,
  'sign-in': true,
  retry: true,
  trial: true,
  stable: true,
  drain: true,
  close: true,
  retire: true,
  idle: true,
}
const PHASES = ['url', 'token', 'handshake', 'sign-in'] as const
const NOW = 1_000_000

const CONFIG: MachineConfig = {
  reconnect: true,
  backoff: () => 1_000,
  random: () => 0.5,
  shouldReconnect: () => undefined,
  canReauthenticate: true,
  maxRefusals: 2,
  maxAttempts: 3,
  stableAfter: 5_000,
  connectTimeout: 10_000,
  signInTimeout: 2_000,
  closeTimeout: 3_000,
  lazy: true,
  idleTimeout: 5_000,
  firstPhase: 'handshake',
}
/** What decides which ways are open. */
const CONFIGS: readonly MachineConfig[] = [
  CONFIG,
  { ...CONFIG, lazy: false, idleTimeout: Infinity, canReauthenticate: false },
  { ...CONFIG, reconnect: false },
]

/** Every event that a shell could tell a machine, whether or not it may come now. */
function eventsFor({ generation }: Machine): MachineEvent[] {
  const now = NOW
  const close = { code: 1006, reason: '', wasClean: false } as const
  const calls: MachineEvent[] = [
    { type: 'open', now },
    { type: 'reconnect', now },
    { type: 'reconnect', handover: true, reason: '', now },
    { type: 'close', reason: '', drainTimeout: 0, now },
    { type: 'close', reason: '', drainTimeout: 1_000, now },
  ]
  const plain: MachineEvent[] = (['drained', 'signs-in', 'retired', 'woke'] as const).map((type) => {
    return { type, now }
  })
  const switched = [true, false].flatMap((is): MachineEvent[] => [
    { type: 'wanted', wanted: is, now },
    { type: 'network', isOnline: is, now },
    { type: 'page', isKept: is, now },
  ])
  const timers = (Object.keys(TIMERS) as TimerName[]).map(
    (timer): MachineEvent => ({ type: 'timer', timer, now }),
  )
  const silent = (['heartbeat', 'offline'] as const).map((local): MachineEvent => {
    return { type: 'silent', generation, local, now }
  })
  const phases = PHASES.map((phase): MachineEvent => ({ type: 'phase', generation, phase, now }))
  // Retried, stopped, refused.
  const lost = [1006, 1000, 4401].flatMap((code) =>
    (['connecting', 'open'] as const).flatMap((phase) =>
      ([undefined, 'refused', 'fatal'] as const).map((cause): MachineEvent => {
        const told = { ...close, code, phase }
        return { type: 'lost', generation, close: told, now, ...(cause ? { cause } : {}) }
      }),
    ),
  )
  return [
    ...calls,
    ...plain,
    ...switched,
    ...timers,
    ...silent,
    ...phases,
    ...lost,
    { type: 'opened', generation, protocol: '', extensions: '', now },
    { type: 'ready', protocol: '', extensions: '', now },
    { type: 'unready', close: { ...close, phase: 'connecting' }, now },
  ]
}

/** What of a machine decides where it can go; counts as far as they matter. */
function keyOf({ state, wanted, surroundings, isTrial, handover, ending, tally, wait }: Machine): string {
  const phase = state.status === 'connecting' ? state.phase : ''
  const by = state.status === 'suspended' || state.status === 'closed' ? state.by : ''
  const counted = [Math.min(tally.dials, 3), Math.min(tally.refusals, 2), tally.isHastened]
  return JSON.stringify([
    state.status,
    [phase, by, wanted, surroundings, isTrial, handover?.step, ending],
    counted,
    wait !== undefined,
  ])
}

/** In the order of {@link STATUSES}, causes by name. */
export function edgesOfMachine(): Edge[] {
  const found = new Map<string, Set<TransitionCause>>()
  for (const config of CONFIGS) {
    const seen = new Set<string>()
    const ahead: Machine[] = [initial(config)]
    for (let machine = ahead.pop(); machine; machine = ahead.pop()) {
      const key = keyOf(machine)
      if (seen.has(key)) continue
      seen.add(key)
      for (const event of eventsFor(machine)) {
        const [next] = transition(machine, event, config)
        ahead.push(next)
        if (next.state.status === machine.state.status) continue
        const name = `${machine.state.status} ${next.state.status}`
        const causes = found.get(name) ?? new Set()
        found.set(name, causes.add(event.type === 'timer' ? `${event.timer}-timer` : event.type))
      }
    }
  }
  return STATUSES.flatMap((from) =>
    STATUSES.flatMap((to) => {
      const causes = found.get(`${from} ${to}`)
      return causes ? [{ from, to, causes: [...causes].sort() }] : []
    }),
  )
}

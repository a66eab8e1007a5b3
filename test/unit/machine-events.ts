import { constant } from '../../packages/core/src/backoff.ts'
import type { MachineConfig, MachineEvent } from '../../packages/core/src/machine.ts'
import type { CloseInfo } from '../../packages/core/src/state.ts'

export const CONFIG: MachineConfig = {
  reconnect: true,
  backoff: constant(1_000),
  random: () => 0.5,
  shouldReconnect: () => undefined,
  canReauthenticate: false,
  maxRefusals: 2,
  maxAttempts: Infinity,
  stableAfter: 5_000,
  connectTimeout: 10_000,
  closeTimeout: 3_000,
  lazy: false,
  idleTimeout: Infinity,
  firstPhase: 'handshake',
  signInTimeout: Infinity,
}

export const NOW = 1_000_000
export const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false, phase: 'open' }

/** An event of the current socket, now. */
export type Timeless<Event> = Event extends MachineEvent ? Omit<Event, 'now' | 'generation'> : never

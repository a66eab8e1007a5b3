import type { Backoff } from './backoff.ts'
import { close, hangUp, open, reconnect, want } from './calls.ts'
import { NO_CLOSE_FRAME, type Verdict } from './close-codes.ts'
import type { HoldfastError } from './errors.ts'
import { type Handover, ready, retired, signsIn, unlessLeft, unready, unreadyInTime } from './handover.ts'
import type { Wait } from './rest.ts'
import { type CloseInfo, type ConnectingPhase, type ConnectionState, IDLE } from './state.ts'
import { dial, finish, isLive, leave, lost, opened, phase, same, timedOut } from './steps.ts'
import { hasten, network, page, silent, trial } from './surroundings.ts'
import { FRESH, type LossCause, type Tally } from './verdict.ts'

/** The timers that the machine asks for; at most one of each runs. */
export type TimerName =
  | 'connect'
  | 'sign-in'
  | 'retry'
  | 'trial'
  | 'stable'
  | 'drain'
  | 'close'
  | 'retire'
  | 'idle'

/** All that a transition needs beside state and event. Its functions never throw: the shell sees to that. */
export interface MachineConfig {
  readonly reconnect: boolean
  readonly backoff: Backoff
  readonly random: () => number
  readonly shouldReconnect: (close: CloseInfo, attempt: number) => Verdict | undefined
  /** Whether a new dial can bring other credentials: there is `auth`, or a function for URL or protocols. */
  readonly canReauthenticate: boolean
  readonly maxRefusals: number
  readonly maxAttempts: number
  readonly stableAfter: number
  readonly connectTimeout: number
  /** For the answer to a sign-in message; Infinity: `connectTimeout` alone. */
  readonly signInTimeout: number
  readonly closeTimeout: number
  readonly lazy: boolean
  /** Infinity: never back to idle. */
  readonly idleTimeout: number
  /** The phase that a dial starts in. */
  readonly firstPhase: ConnectingPhase
}

/** What the host says of itself. */
interface Surroundings {
  readonly isOnline: boolean
  /** The page is frozen, or kept for when its user comes back to it. */
  readonly isKept: boolean
}

export interface Machine {
  readonly state: ConnectionState
  /** Counts dials for life: an event of another generation is of a socket given up, and is ignored. */
  readonly generation: number
  readonly tally: Tally
  /** Whether anybody needs the connection; matters to `lazy` ones. */
  readonly wanted: boolean
  readonly surroundings: Surroundings
  /** Only while waiting or suspended. */
  readonly wait?: Wait
  /** The current dial is one although the host calls itself offline: its end makes no delay longer. */
  readonly isTrial?: true
  /** Only while open. */
  readonly handover?: Handover
  /** Only while closing: whether the queue still drains, and whether to open again afterwards. */
  readonly ending?: { readonly draining: boolean; readonly reopen: boolean }
}

/** What happened. `now` is epoch ms. */
export type MachineEvent = { readonly now: number } & (
  | { readonly type: 'open' | 'drained' }
  | { readonly type: 'reconnect'; readonly reason?: string; readonly handover?: boolean }
  /** The next socket of a handover has come to its sign-in; is usable; will not be. The old one is closed. */
  | { readonly type: 'signs-in' | 'retired' }
  | { readonly type: 'ready'; readonly protocol: string; readonly extensions: string }
  | { readonly type: 'unready'; readonly close: CloseInfo }
  | {
      readonly type: 'close'
      readonly code?: number | undefined
      readonly reason: string
      readonly drainTimeout: number
    }
  | { readonly type: 'wanted'; readonly wanted: boolean }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'network'; readonly isOnline: boolean }
  | { readonly type: 'page'; readonly isKept: boolean }
  /** The user looks at the page again, or the host is back from sleep. */
  | { readonly type: 'woke' }
  /** Nothing came where something should have come. */
  | { readonly type: 'silent'; readonly generation: number; readonly local: 'heartbeat' | 'offline' }
  /** An attempt has come to its next phase. */
  | { readonly type: 'phase'; readonly generation: number; readonly phase: ConnectingPhase }
  | {
      readonly type: 'opened'
      readonly generation: number
      readonly protocol: string
      readonly extensions: string
    }
  | {
      readonly type: 'lost'
      readonly generation: number
      readonly close: CloseInfo
      readonly cause?: LossCause | undefined
    }
)

/** What the shell is to do, in order. */
export type Effect =
  | { readonly type: 'start'; readonly timer: TimerName; readonly delay: number }
  | { readonly type: 'stop'; readonly timer: TimerName }
  | { readonly type: 'dial'; readonly generation: number; readonly attempt: number }
  /** Ask the server for its channels anew, before anything else is written. */
  | { readonly type: 'restore' }
  /** Write what is queued to the socket. */
  | { readonly type: 'drain' }
  /** Start the closing handshake. */
  | { readonly type: 'hang-up'; readonly code?: number | undefined; readonly reason: string }
  /** Detach from the socket or the dial, and close it without waiting. */
  | { readonly type: 'abandon' }
  /** Tell what ended an attempt or a connection. */
  | {
      readonly type: 'tell-lost'
      readonly close: CloseInfo
      readonly verdict: Verdict
      readonly delay?: number
      readonly error?: HoldfastError | undefined
    }
  /** Dial and sign in the next socket of a handover, beside the one in use. */
  | { readonly type: 'prepare' }
  /** The next socket is the current one; close the old one cleanly. */
  | { readonly type: 'take-over'; readonly reason: string }
  /** Tell how a handover goes. */
  | {
      readonly type: 'tell-handover'
      readonly step: 'started' | 'done' | 'failed'
      readonly reason: string
      readonly close?: CloseInfo
    }
  /** The user's `close()` is carried out: drop what is queued, settle the promise. */
  | { readonly type: 'finish' }
  | { readonly type: 'reopen' }

export type Transition = readonly [Machine, readonly Effect[]]

/** A connection that nobody has asked for yet. A lazy one is wanted once somebody subscribes or sends. */
export function initial(config: Pick<MachineConfig, 'lazy'>): Machine {
  const surroundings: Surroundings = { isOnline: true, isKept: false }
  return { state: IDLE, generation: 0, tally: FRESH, wanted: !config.lazy, surroundings }
}

/** The whole policy of a connection: state and event in, state and effects out. Pure. */
export function transition(machine: Machine, event: MachineEvent, config: MachineConfig): Transition {
  return unlessLeft(machine, react(machine, event, config))
}

function react(machine: Machine, event: MachineEvent, config: MachineConfig): Transition {
  switch (event.type) {
    case 'open':
      return open(machine, config)
    case 'reconnect':
      return reconnect(machine, event, config)
    case 'close':
      return close(machine, event, config)
    case 'drained':
      return hangUp(machine, config)
    case 'wanted':
      return want(machine, event.wanted, config)
    case 'timer':
      return timer(machine, event.timer, event.now, config)
    case 'network':
      return network(machine, event.isOnline, event.now, config)
    case 'page':
      return page(machine, event.isKept, event.now, config)
    case 'woke':
      return hasten(machine, event.now, config)
    case 'silent':
      if (event.generation !== machine.generation) return same(machine)
      return silent(machine, event.local, event.now, config)
    case 'signs-in':
      return signsIn(machine, config)
    case 'ready':
      return ready(machine, event, config)
    case 'unready':
      return unready(machine, event.close)
    case 'retired':
      return retired(machine)
    case 'phase':
      return phase(machine, event.generation, event.phase, config)
    case 'opened':
      return opened(machine, event, config)
    case 'lost':
      if (event.generation !== machine.generation) return same(machine)
      return lost(machine, event.close, event.now, config, event.cause)
    default:
      return event satisfies never
  }
}

function timer(machine: Machine, name: TimerName, now: number, config: MachineConfig): Transition {
  const { state } = machine
  switch (name) {
    case 'retry':
      return state.status === 'waiting' ? dial(machine, config) : same(machine)
    case 'trial':
      return trial(machine, config)
    case 'stable':
      return state.status === 'open' ? [{ ...machine, tally: FRESH }, []] : same(machine)
    case 'connect':
    case 'sign-in':
      return machine.handover ? unreadyInTime(machine, name, config) : timedOut(machine, name, now, config)
    case 'retire':
      return retired(machine)
    case 'drain':
      return hangUp(machine, config)
    case 'close':
      if (state.status !== 'closing') return same(machine)
      return finish(machine, NO_CLOSE_FRAME, [{ type: 'abandon' }])
    case 'idle': {
      if (machine.wanted || !isLive(state)) return same(machine)
      const { wait, isTrial, ...rest } = machine
      const idle: Machine = { ...rest, tally: FRESH, state: IDLE }
      return [idle, [...leave(machine, 'idle'), { type: 'abandon' }]]
    }
    default:
      return name satisfies never
  }
}

import type { Announcer } from './announcer.ts'
import type { Clock } from './environment.ts'
import type { TransitionCause, Without } from './events.ts'
import {
  type Effect,
  initial,
  type Machine,
  type MachineConfig,
  type MachineEvent,
  type TimerName,
  transition,
} from './machine.ts'
import type { ConnectionState } from './state.ts'
import { LATE_WHILE_HIDDEN, Timers } from './timers.ts'

/** An effect that is not about timers. */
export type Act = Exclude<Effect, { type: 'start' | 'stop' | 'tell-lost' | 'tell-handover' }>

export interface DriverHost {
  /** The machine has taken a step; what it asks for comes next. */
  readonly onStep: (before: Machine, after: Machine, effects: readonly Effect[]) => void
  readonly onAct: (act: Act) => void
  /** All that the step asked for is done. */
  readonly onDone: (before: Machine, after: Machine) => void
}

/** Runs the machine: one event at a time, its timers, and the telling of its states. */
export class Driver {
  readonly config: MachineConfig
  readonly #clock: Clock
  readonly #announcer: Announcer
  readonly #host: DriverHost
  readonly #timers: Timers<TimerName>
  #machine: Machine
  /** Whether the state is 'open': asked for at every `send()`. */
  isOpen = false
  /** Events that came while the machine was at work: a policy function of the user called back. */
  #deferred: Without<MachineEvent, 'now'>[] | undefined

  constructor(config: MachineConfig, clock: Clock, announcer: Announcer, host: DriverHost) {
    this.config = config
    this.#clock = clock
    this.#announcer = announcer
    this.#host = host
    this.#machine = initial(config)
    this.#timers = new Timers(clock, (timer, lateBy) => {
      announcer.late(timer, lateBy)
      this.dispatch({ type: 'timer', timer })
      // An attempt that was slept through says nothing of the server: the next one is due now.
      if (lateBy > LATE_WHILE_HIDDEN) this.dispatch({ type: 'woke' })
    })
  }

  get state(): ConnectionState {
    return this.#machine.state
  }

  get generation(): number {
    return this.#machine.generation
  }

  /** Whether an attempt or a connection is still the one that counts. */
  isCurrent(generation: number): boolean {
    return generation === this.#machine.generation
  }

  /** Listeners are told once the work is done. */
  during(work: () => void): void {
    this.#announcer.notices.during(work)
  }

  dispatch(event: Without<MachineEvent, 'now'>): void {
    if (this.#deferred) {
      this.#deferred.push(event)
      return
    }
    const deferred: Without<MachineEvent, 'now'>[] = []
    this.#announcer.notices.during(() => {
      this.#deferred = deferred
      const now = this.#clock.now()
      const [machine, effects] = transition(this.#machine, { ...event, now }, this.config)
      this.#step(machine, effects, event.type === 'timer' ? `${event.timer}-timer` : event.type)
      for (const next of deferred) this.dispatch(next)
    })
  }

  #step(machine: Machine, effects: readonly Effect[], cause: TransitionCause): void {
    const before = this.#machine
    this.#machine = machine
    this.isOpen = machine.state.status === 'open'
    for (const effect of effects) {
      if (effect.type === 'tell-lost') this.#announcer.lost(effect)
      else if (effect.type === 'tell-handover') this.#announcer.handover(effect)
    }
    // Until here the user's functions may be called, and call back.
    this.#host.onStep(before, machine, effects)
    this.#deferred = undefined
    if (machine.state !== before.state) this.#announcer.state(machine.state, before.state, cause)
    for (const effect of effects) {
      if (effect.type === 'start') this.#timers.start(effect.timer, effect.delay)
      else if (effect.type === 'stop') this.#timers.stop(effect.timer)
      else if (effect.type !== 'tell-lost' && effect.type !== 'tell-handover') this.#host.onAct(effect)
    }
    this.#host.onDone(before, machine)
  }
}

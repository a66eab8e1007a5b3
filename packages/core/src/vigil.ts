import type { Announcer } from './announcer.ts'
import type { Driver } from './driver.ts'
import type { Clock, Environment } from './environment.ts'
import { failed, failure } from './errors.ts'
import { Heartbeat, type HeartbeatHost } from './heartbeat.ts'
import type { HeartbeatSettings } from './heartbeat-options.ts'
import type { Machine } from './machine.ts'
import { type SignalName, Signals } from './signals.ts'
import type { ConnectionState } from './state.ts'
import { LATE, LATE_WHILE_HIDDEN, Timers } from './timers.ts'

/** How often is looked whether the host has slept, in ms: a timer that comes late is all that tells it. */
const TICK = 10_000
/** What had arrived during sleep is read first; then a connection that says nothing is replaced, in ms. */
const GRACE = 1_000
/** Pings without a reply that are remembered: a server that gives none proves nothing. */
const MOST_PINGS = 1_000

export interface VigilHost {
  /** How much was written to the living socket by now. */
  readonly mark: () => number
  /** Sends a ping over it, past the queue. */
  readonly ping: (message: unknown) => void
  /** The server has read all that was written up to this mark. */
  readonly onProof: (mark: number) => void
  readonly traffic: HeartbeatHost['traffic']
  /** Its timers come late from now on, and it may end at any time; or it is seen again. */
  readonly onHidden: (isHidden: boolean) => void
}

/**
 * Sees to it that a connection is alive, or known to be dead: the heartbeat, the host's signals, and sleep.
 *
 * @remarks It finds out and tells the machine, which decides.
 */
export class Vigil {
  readonly #settings: HeartbeatSettings | undefined
  readonly #driver: Driver
  readonly #announcer: Announcer
  readonly #host: VigilHost
  readonly #heartbeat: Heartbeat | undefined
  readonly #signals: Signals
  readonly #timers: Timers<'tick' | 'grace'>
  #generation = 0
  #isHidden = false
  /** Since the network went away, or the host woke: whether there was a message. */
  #hasHeard = true
  /** For each ping to which no reply has come: what had been written before it. Each reply is to the oldest. */
  #pings: number[] = []

  constructor(
    settings: HeartbeatSettings | undefined,
    environment: Pick<Environment, SignalName>,
    clock: Clock,
    driver: Driver,
    announcer: Announcer,
    host: VigilHost,
  ) {
    this.#settings = settings
    this.#driver = driver
    this.#announcer = announcer
    this.#host = host
    this.#heartbeat =
      settings &&
      new Heartbeat(settings, clock, {
        ping: () => this.#ping(settings),
        traffic: host.traffic,
        onSilent: () => this.#silent('heartbeat'),
        onLate: (by) => announcer.late('heartbeat', by),
      })
    this.#signals = new Signals(
      environment,
      (name, value) => announcer.notices.during(() => this.#onSignal(name, value)),
      (error) => announcer.fail(error),
    )
    this.#timers = new Timers(clock, (timer, lateBy) => this.#onTimer(timer, lateBy))
  }

  /** Goes along with a step of the machine. */
  follow(before: Machine, { state, generation }: Machine): void {
    if (state.status === before.state.status && generation === before.generation) return
    this.#generation = generation
    this.#hasHeard = true
    this.#pings = []
    this.#timers.stopAll()
    if (isWatched(state)) this.#timers.start('tick', TICK)
    if (state.status === 'open') this.#heartbeat?.start()
    else this.#heartbeat?.stop()
  }

  /** The step is carried out: listens to the host while there is something to listen for. */
  settle(): void {
    const { status } = this.#driver.state
    if (status === 'idle' || status === 'closed') this.#signals.detach()
    else this.#signals.attach()
  }

  /** A message came, whatever it says. */
  heard(): void {
    this.#hasHeard = true
    this.#heartbeat?.heard()
  }

  /** Whether a message only answers a ping, and is for nobody else. */
  answers(message: unknown, generation: number): boolean {
    try {
      if (!this.#settings?.isReply?.(message)) return false
    } catch (error) {
      this.#announcer.fail(failed('heartbeat.isReply', error))
      return false
    }
    // At the limit it is not known any more which ping a reply is to.
    const isKnown = generation === this.#generation && this.#pings.length < MOST_PINGS
    const mark = isKnown ? this.#pings.shift() : undefined
    if (mark !== undefined) this.#host.onProof(mark)
    return true
  }

  #ping({ message }: HeartbeatSettings): boolean {
    const pings = this.#pings
    const isMarked = pings.length < MOST_PINGS
    // Before it is sent: the reply may come within the call.
    if (isMarked) pings.push(this.#host.mark())
    try {
      this.#host.ping(message())
      return true
    } catch (error) {
      if (isMarked) pings.pop()
      this.#announcer.fail(failure('heartbeat.message', error))
      return false
    }
  }

  #onSignal(name: SignalName, value: boolean): void {
    switch (name) {
      case 'network':
        this.#driver.dispatch({ type: 'network', isOnline: value })
        return this.#onNetwork(value)
      case 'visibility':
        this.#isHidden = !value
        this.#host.onHidden(this.#isHidden)
        if (value) this.#driver.dispatch({ type: 'woke' })
        return
      case 'page':
        return this.#driver.dispatch({ type: 'page', isKept: !value })
      default:
        name satisfies never
    }
  }

  #onNetwork(isOnline: boolean): void {
    if (!this.#driver.isOpen) return
    if (this.#heartbeat) this.#heartbeat.probe()
    else if (!isOnline) this.#hasHeard = false
    else if (!this.#hasHeard) this.#silent('offline')
  }

  #onTimer(timer: 'tick' | 'grace', lateBy: number): void {
    if (timer === 'grace') {
      if (!this.#hasHeard) this.#silent('offline')
      return
    }
    this.#announcer.late('watch', lateBy)
    this.#timers.start('tick', TICK)
    if (lateBy > (this.#isHidden ? LATE_WHILE_HIDDEN : LATE)) this.#onSlept()
  }

  #onSlept(): void {
    if (!this.#driver.isOpen) return this.#driver.dispatch({ type: 'woke' })
    if (this.#heartbeat) return this.#heartbeat.probe()
    this.#hasHeard = false
    this.#timers.start('grace', GRACE)
  }

  #silent(local: 'heartbeat' | 'offline'): void {
    this.#driver.dispatch({ type: 'silent', generation: this.#generation, local })
  }
}

/** While a host that slept makes a difference. */
function isWatched(state: ConnectionState): boolean {
  if (state.status === 'suspended') return state.by === 'offline'
  return state.status === 'open' || state.status === 'waiting'
}

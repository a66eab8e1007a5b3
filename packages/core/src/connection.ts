import { Announcer } from './announcer.ts'
import { Authenticator } from './authenticator.ts'
import type { Target } from './dial.ts'
import { Dialer } from './dialer.ts'
import { Emitter } from './emitter.ts'
import { type Environment, environmentOf } from './environment.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import type { Without } from './events.ts'
import { Frame } from './frame.ts'
import { Inbox } from './inbox.ts'
import {
  type Effect,
  initial,
  type Machine,
  type MachineConfig,
  type MachineEvent,
  type TimerName,
  transition,
} from './machine.ts'
import { type ConnectionOptions, duration, type MessageOptions, oneOf, settingsOf } from './options.ts'
import type { OutboxSnapshot } from './outbox.ts'
import { failed, localLoss, machineConfig } from './policies.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { Sender, type SendOptions } from './sender.ts'
import type { NativeClose, Socket } from './socket.ts'
import type { CloseInfo, CloseReport, ConnectionState } from './state.ts'
import { Timers } from './timers.ts'
import { checkClose, needsBase, resolveUrl, type UrlSource } from './url.ts'
import type { LossCause } from './verdict.ts'

export interface CloseOptions {
  /** How long queued messages may take to be written first, in ms. @defaultValue 3_000 */
  readonly drainTimeout?: number
}

export type ShellOptions = ConnectionOptions & MessageOptions & Required<Pick<MessageOptions, 'codec'>>

/**
 * The shell around the machine: owns the native socket, the timers and the queue, carries out what the
 * machine decides, and tells plain listeners. It has no policy of its own.
 */
export class Shell<Incoming, Outgoing> {
  readonly announcer: Announcer
  readonly messages: Emitter<Incoming>
  /** Told at most once a frame. */
  readonly outboxes: Emitter<OutboxSnapshot>
  /** The connection is closed, and all its messages have been told. */
  readonly ended: Emitter<void>
  readonly disposed: Emitter<void>

  readonly #environment: Environment
  readonly #config: MachineConfig
  readonly #dialer: Dialer
  readonly #authenticator: Authenticator | undefined
  readonly #timers: Timers<TimerName>
  readonly #sender: Sender<Outgoing>
  readonly #inbox: Inbox<Incoming>
  readonly #frame: Frame

  #machine: Machine
  #socket: Socket | undefined
  #url = ''
  /** Where the socket went, without the token. */
  #target: Target | undefined
  #binaryType: 'blob' | 'arraybuffer'
  #unobserved = 0
  #ending: Ending<Outgoing> | undefined
  #report: CloseReport<Outgoing> | undefined
  /** Events that came while the machine was at work: a policy function of the user called back. */
  #deferred: Without<MachineEvent, 'now'>[] | undefined
  #isDisposed = false

  constructor(source: UrlSource, options: ShellOptions, start: 'auto' | 'manual' = 'auto') {
    const settings = settingsOf(options)
    const environment = environmentOf(options.environment)
    this.#environment = environment
    this.#binaryType = settings.binaryType
    if (typeof source !== 'function') {
      // Where a server renders there is no base: a relative URL is judged at the dial.
      const isJudgedLater = environment.baseUrl === undefined && needsBase(source)
      this.#url = isJudgedLater ? String(source) : resolveUrl(source, environment.baseUrl)
    }

    this.#machine = initial(settings)
    const announcer = new Announcer(environment, this.#machine.state)
    const onError = (error: HoldfastError): void => announcer.fail(error)
    this.announcer = announcer
    this.messages = new Emitter(announcer.onThrow, () => this.#updateWanted())
    this.outboxes = new Emitter(announcer.onThrow)
    this.ended = new Emitter(announcer.onThrow)
    this.disposed = new Emitter(announcer.onThrow)

    // What a late timer is about must not have changed by the time it is dealt with.
    const clock = announcer.notices.clock(environment)
    this.#authenticator =
      settings.auth &&
      new Authenticator(settings.auth, clock, {
        send: (message) => this.#sendControl(message),
        onError,
      })
    if (this.#url !== '' && URL.canParse(this.#url)) this.#authenticator?.checkUrl(this.#url)
    this.#dialer = new Dialer(source, settings.protocols, environment, this.#authenticator)
    this.#config = machineConfig(settings, this.#dialer.firstPhase, environment, onError)
    this.#timers = new Timers(clock, (timer, lateBy) => {
      announcer.late(timer, lateBy)
      this.#dispatch({ type: 'timer', timer })
    })
    this.#frame = new Frame(environment, () => this.#onFrame())
    this.#sender = new Sender<Outgoing>(options.codec, settings.queue, clock, {
      check: () => this.#checkSendable(),
      onDrop: ({ message, bytes }, reason) => announcer.tell({ type: 'dropped', message, reason, bytes }),
      onEmpty: () => this.#onEmpty(),
      onChange: () => {
        if (this.outboxes.size > 0) this.#frame.request()
      },
      onError,
      onLate: (by) => announcer.late('expiry', by),
    })
    this.#inbox = new Inbox<Incoming>({
      codec: options.codec,
      // The overloads of `connect` have the schema's output for Incoming.
      schema: options.schema as StandardSchemaV1<unknown, Incoming> | undefined,
      onMessage: (message, generation) => this.#onMessage(message, generation),
      onError,
    })

    // In a microtask: whoever subscribes at once misses nothing.
    if (!settings.lazy && start === 'auto') {
      Promise.resolve().then(() => {
        if (this.state.status === 'idle') this.#dispatch({ type: 'open' })
      })
    }
  }

  get state(): ConnectionState {
    return this.#machine.state
  }

  get outbox(): OutboxSnapshot {
    return this.#sender.snapshot(this.#socket?.bufferedAmount ?? 0)
  }

  get bufferedAmount(): number {
    return this.#sender.bytes + (this.#socket?.bufferedAmount ?? 0)
  }

  get url(): string {
    return this.#url
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#binaryType = oneOf('binaryType', type, ['blob', 'arraybuffer'])
    if (this.#socket) this.#socket.binaryType = type
  }

  send(message: Outgoing, options?: SendOptions): void {
    this.announcer.notices.hold()
    try {
      this.#sender.send(message, options)
    } finally {
      this.announcer.notices.release()
    }
    this.#updateWanted(true)
  }

  /** Drops what is queued; returns how many messages. */
  clear(): number {
    return this.announcer.notices.during(() => {
      const { length } = this.#sender.clear('cleared')
      this.#onEmpty()
      return length
    })
  }

  open(): void {
    this.#checkAlive('open()')
    this.#dispatch({ type: 'open' })
  }

  reconnect(): void {
    this.#checkAlive('reconnect()')
    this.#dispatch({ type: 'reconnect' })
  }

  close(code?: number, reason = '', options: CloseOptions = {}): Promise<CloseReport<Outgoing>> {
    checkClose(code, reason)
    const drainTimeout = duration('drainTimeout', options.drainTimeout, 3_000)
    if (this.#report) return Promise.resolve(this.#report)
    this.#ending ??= createEnding()
    const { promise } = this.#ending
    this.#dispatch({ type: 'close', reason, drainTimeout, ...(code === undefined ? {} : { code }) })
    return promise
  }

  /** Closes for good: it cannot be opened again. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    await this.close()
    this.disposed.emit()
    const { states, events, errors } = this.announcer
    for (const emitter of [states, events, errors, this.messages, this.outboxes]) emitter.clear()
  }

  #checkAlive(call: string): void {
    if (this.#isDisposed) throw new HoldfastError('CLOSED', `${call} after the connection was disposed of.`)
  }

  #checkSendable(): void {
    const { state } = this
    const hasEnded = state.status === 'closing' || (state.status === 'closed' && state.by === 'user')
    if (hasEnded || this.#isDisposed) throw new HoldfastError('CLOSED', 'send() after close().')
  }

  #dispatch(event: Without<MachineEvent, 'now'>): void {
    if (this.#deferred) {
      this.#deferred.push(event)
      return
    }
    const deferred: Without<MachineEvent, 'now'>[] = []
    this.announcer.notices.during(() => {
      this.#deferred = deferred
      const now = this.#environment.now()
      const [machine, effects] = transition(this.#machine, { ...event, now }, this.#config)
      this.#deferred = undefined
      this.#adopt(machine, effects)
      for (const next of deferred) this.#dispatch(next)
    })
  }

  #adopt(machine: Machine, effects: readonly Effect[]): void {
    const before = this.#machine
    const previous = before.state
    const tellEnd = this.ended.later()
    this.#machine = machine
    for (const effect of effects) {
      if (effect.type === 'tell-lost') this.announcer.lost(effect)
    }
    const { state } = machine
    if (this.#authenticator) adoptSignIn(this.#authenticator, before, machine, effects)
    if (state !== previous) this.announcer.state(state, previous)
    if (state.status !== 'closed' || state.by !== 'user') this.#report = undefined
    for (const effect of effects) this.#carryOut(effect)
    if (state.status === 'closed' && previous.status !== 'closed') {
      this.#frame.flush()
      this.#inbox.after(() => this.announcer.notices.add(tellEnd))
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'start':
        return this.#timers.start(effect.timer, effect.delay)
      case 'stop':
        return this.#timers.stop(effect.timer)
      case 'dial':
        return this.#dial(effect.generation, effect.attempt)
      case 'drain':
        return this.#drain()
      case 'hang-up':
        this.#sender.stop()
        return this.#socket?.close(effect.code, effect.reason)
      case 'abandon':
        return this.#letGo()?.abandon()
      case 'finish':
        return this.#finish()
      case 'reopen':
        return this.#dispatch({ type: 'open' })
      case 'tell-lost':
        return
      default:
        effect satisfies never
    }
  }

  #dial(generation: number, attempt: number): void {
    this.#dialer.dial({
      number: attempt,
      binaryType: () => this.#binaryType,
      isCurrent: () => generation === this.#machine.generation && this.state.status === 'connecting',
      onPhase: (phase) => this.#dispatch({ type: 'phase', generation, phase }),
      onSocket: (socket, target) => {
        this.#socket = socket
        this.#target = target
        this.#url = target.url
      },
      onFailed: (error, fatal) => this.#giveUp(generation, localLoss(error), fatal ? 'fatal' : undefined),
      handlers: {
        opened: () => this.#onOpened(generation),
        message: (data) => {
          this.#inbox.take(data, generation)
          this.#pump()
        },
        lost: (close) => this.#onLost(generation, close),
      },
    })
  }

  #onOpened(generation: number): void {
    const { phase } = this.state.status === 'connecting' ? this.state : { phase: undefined }
    const authenticator = this.#authenticator
    if (authenticator?.signIn && phase !== 'sign-in') {
      this.#dispatch({ type: 'phase', generation, phase: 'sign-in' })
      // Whoever was told of it may have ended it.
      if (generation !== this.#machine.generation || this.state.status !== 'connecting') return
      try {
        authenticator.begin()
      } catch (error) {
        const failure = isHoldfastError(error) ? error : failed('The sign-in', error)
        this.#giveUp(generation, localLoss(failure, 'open'))
      }
      return
    }
    const { protocol = '', extensions = '' } = this.#socket ?? {}
    // One that only the carrier offered is the token.
    const isOwn = this.#target?.protocols.includes(protocol)
    this.#dispatch({ type: 'opened', generation, protocol: isOwn ? protocol : '', extensions })
  }

  #onLost(generation: number, close: NativeClose): void {
    if (generation !== this.#machine.generation) return
    this.#letGo()
    const { state } = this
    const isOpen = state.status !== 'connecting' || state.phase === 'sign-in'
    this.#dispatch({ type: 'lost', generation, close: { ...close, phase: isOpen ? 'open' : 'connecting' } })
  }

  /** Ends an attempt or a connection from this side. */
  #giveUp(generation: number, close: CloseInfo, cause?: LossCause): void {
    if (generation !== this.#machine.generation) return
    this.#letGo()?.abandon()
    this.#dispatch({ type: 'lost', generation, close, ...(cause ? { cause } : {}) })
  }

  /** Sends what is not the user's: past the queue, and never counted. */
  #sendControl(message: unknown): void {
    // The carrier's messages are of the type that the codec takes: the user vouches for it.
    this.#socket?.send(this.#sender.encode(message as Outgoing))
  }

  /** A sign of life: there may be room again. */
  #pump(): void {
    if (this.#sender.length > 0) this.announcer.notices.during(() => this.#sender.pump())
  }

  #drain(): void {
    if (this.state.status === 'open' && this.#socket) this.#sender.start(this.#socket)
    if (this.#sender.length === 0) this.#onEmpty()
  }

  #letGo(): Socket | undefined {
    const socket = this.#socket
    this.#sender.stop()
    this.#socket = undefined
    return socket
  }

  #finish(): void {
    const { state } = this
    if (state.status !== 'closed') return
    const { code, reason, wasClean } = state
    const report = { code, reason, wasClean, undelivered: this.#sender.clear('closed') }
    this.#frame.flush()
    this.#report = report
    this.#ending?.resolve(report)
    this.#ending = undefined
  }

  #onMessage(message: Incoming, generation: number): void {
    // One that was slow to decode may be of a socket that is gone, and answers nothing here.
    const answer = generation === this.#machine.generation ? this.#authenticator?.read(message) : undefined
    if (answer === 'accepted') return this.#onOpened(generation)
    if (answer === 'refused') {
      const error = new HoldfastError('AUTH_REFUSED', 'The server refused the sign-in message.')
      return this.#giveUp(generation, localLoss(error, 'open'), 'refused')
    }
    if (this.messages.size > 0) this.messages.emit(message)
    else {
      this.#unobserved += 1
      this.#frame.request()
      // One that was slow to decode: no timer is left after the end.
      if (this.state.status === 'closed') this.#frame.flush()
    }
  }

  #onEmpty(): void {
    if (this.state.status === 'closing') this.#dispatch({ type: 'drained' })
    this.#updateWanted()
  }

  #onFrame(): void {
    const count = this.#unobserved
    this.#unobserved = 0
    if (count > 0) this.announcer.tell({ type: 'unobserved', count })
    if (this.outboxes.size === 0) return
    const snapshot = this.outbox
    this.announcer.notices.add(() => this.outboxes.emit(snapshot))
    // The native buffer empties without an event.
    if (snapshot.nativeBufferedAmount > 0) this.#frame.request()
  }

  /** `isUsed`: it was needed just now, whatever still is; `idleTimeout` counts from here. */
  #updateWanted(isUsed = false): void {
    if (!this.#config.lazy) return
    const wanted = this.messages.size > 0 || this.#sender.length > 0
    if (isUsed && !wanted) this.#dispatch({ type: 'wanted', wanted: true })
    this.#dispatch({ type: 'wanted', wanted })
  }
}

/** What a step of the machine means to the sign-in. */
function adoptSignIn(
  authenticator: Authenticator,
  before: Machine,
  { state, generation }: Machine,
  effects: readonly Effect[],
): void {
  for (const effect of effects) {
    if (effect.type !== 'tell-lost') continue
    const isRefused = effect.verdict === 'reauthenticate'
    // A dial that failed may have failed for its token, and says nothing.
    if (isRefused || effect.close.phase === 'connecting' || state.status === 'closed') {
      authenticator.invalidate(isRefused)
    }
  }
  const wasLive = before.state.status === 'connecting' || before.state.status === 'open'
  const isLive = state.status === 'connecting' || state.status === 'open'
  if (wasLive && (!isLive || generation !== before.generation)) authenticator.ended()
  if (state.status === 'open' && before.state.status !== 'open') authenticator.opened()
}

interface Ending<Outgoing> {
  readonly promise: Promise<CloseReport<Outgoing>>
  readonly resolve: (report: CloseReport<Outgoing>) => void
}

function createEnding<Outgoing>(): Ending<Outgoing> {
  let resolve: Ending<Outgoing>['resolve'] = () => undefined
  const promise = new Promise<CloseReport<Outgoing>>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

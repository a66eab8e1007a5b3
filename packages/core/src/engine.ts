import { Announcer, told } from './announcer.ts'
import { Audience } from './audience.ts'
import type { Complete } from './checks.ts'
import { Dialer } from './dialer.ts'
import { Digest } from './digest.ts'
import { type Act, Driver } from './driver.ts'
import { Emitter } from './emitter.ts'
import { Ending } from './ending.ts'
import { environmentOf } from './environment.ts'
import type { HoldfastError } from './errors.ts'
import { Exchange } from './exchange.ts'
import { Inbox } from './inbox.ts'
import { Line } from './line.ts'
import type { SocketEnd } from './loss.ts'
import type { Machine } from './machine.ts'
import { type ConnectionOptions, type MessageOptions, settingsOf } from './options.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import { machineConfig } from './policies.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { Sender } from './sender.ts'
import type { NativeClose } from './socket.ts'
import { type ConnectionState, hasEnded } from './state.ts'
import { canParse, givenUrl, type UrlSource } from './url.ts'
import { Vigil } from './vigil.ts'

export type ShellOptions = ConnectionOptions & MessageOptions & Complete<Pick<MessageOptions, 'codec'>>

/**
 * The machine and the parts around it, put together: the line, the queue, the inbox. Carries out what the
 * machine decides, and has no policy of its own.
 */
export class Engine<Incoming, Outgoing> {
  readonly announcer: Announcer
  readonly messages: Audience<Incoming>
  readonly exchange: Exchange<Incoming, Outgoing>
  readonly digest: Digest
  /** The connection is closed, and all its messages have been told. */
  readonly ended: Emitter<void>
  readonly driver: Driver
  readonly line: Line
  readonly sender: Sender<Outgoing>
  readonly ending: Ending<Outgoing>
  readonly canQueue: boolean
  readonly #inbox: Inbox<Incoming>
  readonly #vigil: Vigil
  readonly #firstUrl: string
  /** Whether there are messages that mean something here: most connections have none. */
  readonly #isRead: boolean

  constructor(source: UrlSource, options: ShellOptions) {
    const settings = settingsOf(options)
    this.canQueue = settings.queue !== undefined
    this.#isRead = Boolean(settings.auth || settings.heartbeat?.isReply || settings.delivery)
    const environment = environmentOf(options.environment)
    this.#firstUrl = typeof source === 'function' ? '' : givenUrl(source, environment.baseUrl)

    const announcer = new Announcer(environment, () => this.outbox)
    const onError = (error: HoldfastError): void => announcer.fail(error)
    this.announcer = announcer
    this.messages = new Audience(announcer.onThrow, () => this.updateWanted())
    this.digest = new Digest(environment, announcer, () => this.outbox)
    this.ended = new Emitter(announcer.onThrow)

    // What a late timer is about must not have changed by the time it is dealt with.
    const clock = announcer.notices.clock(environment)
    const authenticator = settings.auth?.via.authenticator(settings.auth, clock, {
      send: (message) => this.#sendControl(message),
      onError,
      onRenewed: () => this.driver.dispatch({ type: 'reconnect', reason: 'token renewed', handover: true }),
    })
    if (canParse(this.#firstUrl)) authenticator?.checkUrl(this.#firstUrl)
    // A URL object may change; its text does not.
    const url = source instanceof URL ? source.href : source
    const dialer = new Dialer(url, settings.protocols, environment, authenticator)
    const config = machineConfig(settings, dialer.firstPhase, environment, onError)
    this.driver = new Driver(config, clock, announcer, {
      onStep: (before, after, effects) => {
        this.line.follow(before, after, effects)
        this.#vigil.follow(before, after)
      },
      onAct: (act) => this.#carryOut(act),
      onDone: (before, after) => this.#onDone(before, after),
    })
    this.sender = new Sender<Outgoing>(options.codec, settings, clock, {
      ...told(announcer),
      hasEnded: () => hasEnded(this.state),
      onEmpty: () => this.onEmpty(),
      onChange: () => {
        this.digest.changed()
        // Messages may have come back, from a lost socket or out of a storage.
        this.updateWanted()
      },
      unanswered: () => this.exchange.requests.unanswered,
      onReleased: () => this.digest.flush(),
      onError,
      onLate: (by) => announcer.late('expiry', by),
      during: (work) => announcer.notices.during(work),
    })
    this.ending = new Ending(this.sender)
    this.line = new Line(this.driver, dialer, authenticator, settings.binaryType, {
      onData: (data, generation) => {
        if (this.driver.isCurrent(generation)) this.#vigil.heard()
        this.#inbox.take(data, generation)
        // A sign of life: there may be room again.
        if (this.sender.outbox.length > 0) announcer.notices.during(() => this.sender.flow.pump())
      },
      onDetached: (close, end) => this.#onDetached(close, end),
      // As in #sendControl().
      sendOver: (message, socket) => this.sender.control(message as Outgoing, socket),
    })
    this.#inbox = new Inbox<Incoming>({
      codec: options.codec,
      // The overloads of `connect` have the schema's output for Incoming.
      schema: options.schema as StandardSchemaV1<unknown, Incoming> | undefined,
      onMessage: this.#onMessage,
      onError,
    })
    this.exchange = new Exchange({
      messages: this.messages,
      sender: this.sender,
      clock,
      announcer,
      isOpen: () => this.driver.isOpen,
      control: (message) => this.#sendControl(message),
    })
    this.#vigil = new Vigil(settings.heartbeat, environment, clock, this.driver, announcer, {
      mark: () => this.sender.flow.mark(this.line.socket),
      ping: (message) => this.#sendControl(message),
      onProof: (mark) => this.sender.flow.prove(mark),
      traffic: () => this.line.socket,
      onHidden: (isHidden) => this.sender.keep?.hide(isHidden),
    })
  }

  get state(): ConnectionState {
    return this.driver.state
  }

  get outbox(): OutboxSnapshot {
    return this.sender.outbox.snapshot(this.line.bufferedAmount)
  }

  get url(): string {
    return this.line.url ?? this.#firstUrl
  }

  /** The queue has come to rest, or may have. */
  onEmpty(): void {
    if (this.state.status === 'closing' && this.sender.isIdle) this.driver.dispatch({ type: 'drained' })
    this.updateWanted()
  }

  /** `isUsed`: it was needed just now, whatever still is; `idleTimeout` counts from here. */
  updateWanted(isUsed = false): void {
    if (!this.driver.config.lazy) return
    if (isUsed) this.driver.dispatch({ type: 'wanted', wanted: true })
    // Only now: a dial asks the storage, which is waited for.
    const wanted = this.messages.size > 0 || !this.sender.isIdle
    this.driver.dispatch({ type: 'wanted', wanted })
  }

  #carryOut(act: Act): void {
    switch (act.type) {
      case 'dial':
        this.ending.forget()
        this.sender.keep?.open()
        this.updateWanted()
        return this.line.dial(act.generation, act.attempt)
      case 'restore':
        return this.exchange.channels.restore()
      case 'drain':
        return this.#drain()
      case 'hang-up':
        this.sender.stop()
        return this.line.hangUp(act.code, act.reason)
      case 'abandon':
        return this.line.abandon()
      case 'prepare':
        return this.line.prepare()
      case 'take-over':
        this.sender.stop()
        return this.line.takeOver(act.reason)
      case 'finish':
        return this.#finish()
      case 'reopen':
        return this.driver.dispatch({ type: 'open' })
      default:
        act satisfies never
    }
  }

  #onDone(before: Machine, after: Machine): void {
    this.#vigil.settle()
    const settle = this.exchange.follow(before.state, after.state)
    if (settle) this.#settle(settle)
    if (after.state.status !== 'closed' || before.state.status === 'closed') return
    this.digest.flush()
    // Those who listen now: whoever comes while a slow message is read waits for the next life.
    const tellEnd = this.ended.later()
    this.#inbox.after(() => this.announcer.notices.add(tellEnd))
  }

  /** Sends what is not queued, and never counted: for the sign-in and for channels. */
  #sendControl(message: unknown): void {
    // The carrier's messages are of the type that the codec takes: the user vouches for it.
    const { socket } = this.line
    // It may make room, and messages behind it may have expired: listeners are told once that is done.
    if (socket) this.announcer.notices.during(() => this.sender.control(message as Outgoing, socket))
  }

  #drain(): void {
    // A channel that was asked for its message has reconnected: the next socket is not to be used yet.
    if (this.state.status === 'connecting') return
    const { socket } = this.line
    if (socket) this.sender.start(socket)
    if (this.sender.isIdle) this.onEmpty()
  }

  #onDetached(close: NativeClose | undefined, end: SocketEnd | undefined): void {
    // After a handover there is another one.
    const isLast = this.line.socket === undefined
    this.ending.detach({ close, end, isLast, hasEnded: hasEnded(this.state) })
    if (isLast) return
    this.#settle(this.exchange.handedOver())
  }

  /** Once all that has come is read. */
  #settle(settle: () => void): void {
    this.#inbox.after(() => this.announcer.notices.during(settle))
  }

  #finish(): void {
    const { state } = this
    if (state.status !== 'closed' || state.by !== 'user') return
    this.ending.finish(state)
    this.digest.flush()
  }

  readonly #onMessage = (message: Incoming, generation: number): void => {
    let isTaken = false
    if (this.#isRead) {
      if (this.line.answers(message, generation) || this.#vigil.answers(message, generation)) return
      isTaken = this.announcer.notices.during(() => this.sender.read(message))
    }
    if (this.messages.tell(message) || isTaken) return
    this.digest.missed()
    // One that was slow to decode: no timer is left after the end.
    if (this.state.status === 'closed') this.digest.flush()
  }
}

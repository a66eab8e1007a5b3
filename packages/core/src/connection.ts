import { Announcer, told } from './announcer.ts'
import { Audience } from './audience.ts'
import { Authenticator } from './authenticator.ts'
import type { SendOptions } from './composer.ts'
import type { DeliverOptions, Receipt } from './delivery.ts'
import { Dialer } from './dialer.ts'
import { Digest } from './digest.ts'
import { type Act, Driver } from './driver.ts'
import { Emitter } from './emitter.ts'
import { Ending } from './ending.ts'
import { environmentOf } from './environment.ts'
import { HoldfastError, misconfigured } from './errors.ts'
import { Exchange } from './exchange.ts'
import { Inbox } from './inbox.ts'
import { Line } from './line.ts'
import type { Machine } from './machine.ts'
import { type ConnectionOptions, duration, type MessageOptions, oneOf, settingsOf } from './options.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'
import { machineConfig } from './policies.ts'
import type { RequestOptions } from './request-options.ts'
import type { StandardSchemaV1 } from './schema.ts'
import { Sender } from './sender.ts'
import type { NativeClose } from './socket.ts'
import type { CloseReport, ConnectionState } from './state.ts'
import { checkClose, givenUrl, type UrlSource } from './url.ts'
import { Vigil } from './vigil.ts'

export interface CloseOptions {
  /** How long queued messages may take to be written first, in ms. @defaultValue 3_000 */
  readonly drainTimeout?: number
}

export interface ReconnectCallOptions {
  /**
   * Open and sign in the next socket first, then close this one cleanly: for a planned move, of a connection
   * that is well. What the server sends to both comes twice. @defaultValue false: replace it at once
   */
  readonly handover?: boolean
}

export type ShellOptions = ConnectionOptions & MessageOptions & Required<Pick<MessageOptions, 'codec'>>

/**
 * The shell around the machine: puts the line, the queue and the inbox together, carries out what the
 * machine decides, and tells plain listeners. It has no policy of its own.
 */
export class Shell<Incoming, Outgoing> {
  readonly announcer: Announcer
  readonly messages: Audience<Incoming>
  readonly exchange: Exchange<Incoming, Outgoing>
  readonly digest: Digest
  /** The connection is closed, and all its messages have been told. */
  readonly ended: Emitter<void>
  readonly disposed: Emitter<void>

  readonly #driver: Driver
  readonly #line: Line
  readonly #sender: Sender<Outgoing>
  readonly #inbox: Inbox<Incoming>
  readonly #vigil: Vigil
  readonly #ending: Ending<Outgoing>
  readonly #firstUrl: string
  #isDisposed = false
  readonly #canQueue: boolean

  constructor(source: UrlSource, options: ShellOptions, start: 'auto' | 'manual' = 'auto') {
    const settings = settingsOf(options)
    const environment = environmentOf(options.environment)
    this.#canQueue = settings.queue !== undefined
    this.#firstUrl = typeof source === 'function' ? '' : givenUrl(source, environment.baseUrl)

    const announcer = new Announcer(environment, () => this.outbox)
    const onError = (error: HoldfastError): void => announcer.fail(error)
    this.announcer = announcer
    this.messages = new Audience(announcer.onThrow, () => this.#updateWanted())
    this.digest = new Digest(environment, announcer, () => this.outbox)
    this.ended = new Emitter(announcer.onThrow)
    this.disposed = new Emitter(announcer.onThrow)

    // What a late timer is about must not have changed by the time it is dealt with.
    const clock = announcer.notices.clock(environment)
    const authenticator =
      settings.auth &&
      new Authenticator(settings.auth, clock, {
        send: (message) => this.#sendControl(message),
        onError,
        onRenewed: () => this.reconnect('token renewed', { handover: true }),
      })
    if (URL.canParse(this.#firstUrl)) authenticator?.checkUrl(this.#firstUrl)
    const dialer = new Dialer(source, settings.protocols, environment, authenticator)
    const config = machineConfig(settings, dialer.firstPhase, environment, onError)
    this.#driver = new Driver(config, clock, announcer, {
      onStep: (before, after, effects) => {
        this.#line.follow(before, after, effects)
        this.#vigil.follow(before, after)
      },
      onAct: (act) => this.#carryOut(act),
      onDone: (before, after) => this.#onDone(before, after),
    })
    this.#sender = new Sender<Outgoing>(options.codec, settings, clock, {
      ...told(announcer),
      check: () => this.#checkSendable(),
      onEmpty: () => this.#onEmpty(),
      onChange: () => this.digest.changed(),
      onError,
      onLate: (by) => announcer.late('expiry', by),
      during: (work) => announcer.notices.during(work),
    })
    this.#ending = new Ending(this.#sender)
    this.#line = new Line(this.#driver, dialer, authenticator, settings.binaryType, {
      onData: (data, generation) => {
        if (this.#driver.isCurrent(generation)) this.#vigil.heard()
        this.#inbox.take(data, generation)
        // A sign of life: there may be room again.
        if (this.#sender.length > 0) announcer.notices.during(() => this.#sender.pump())
      },
      onDetached: (close, buffered) => this.#onDetached(close, buffered),
      // As in #sendControl().
      sendOver: (message, socket) => this.#sender.control(message as Outgoing, socket),
    })
    this.#inbox = new Inbox<Incoming>({
      codec: options.codec,
      // The overloads of `connect` have the schema's output for Incoming.
      schema: options.schema as StandardSchemaV1<unknown, Incoming> | undefined,
      onMessage: (message, generation) => this.#onMessage(message, generation),
      onError,
    })
    const host = {
      messages: this.messages,
      isOpen: () => this.state.status === 'open',
      control: (message: unknown) => this.#sendControl(message),
    }
    this.exchange = new Exchange(host, this.#sender, clock, announcer)
    this.#vigil = new Vigil(settings.heartbeat, environment, clock, this.#driver, announcer, {
      send: (message) => this.#sendControl(message),
      traffic: this.#line.traffic,
      onHidden: (isHidden) => this.#sender.hide(isHidden),
    })

    // In a microtask: whoever subscribes at once misses nothing.
    if (!settings.lazy && start === 'auto') {
      Promise.resolve().then(() => {
        if (this.state.status === 'idle') this.#driver.dispatch({ type: 'open' })
      })
    }
  }

  get state(): ConnectionState {
    return this.#driver.state
  }

  get outbox(): OutboxSnapshot {
    return this.#sender.snapshot(this.#line.bufferedAmount)
  }

  get bufferedAmount(): number {
    return this.#sender.bytes + this.#line.bufferedAmount
  }

  /** As {@link bufferedAmount}, with what a lost socket's buffer has kept: the standard never resets it. */
  get unsentAmount(): number {
    return this.bufferedAmount + this.#ending.leftBehind
  }

  get url(): string {
    return this.#line.url ?? this.#firstUrl
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#line.binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#line.binaryType = oneOf('binaryType', type, ['blob', 'arraybuffer'])
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

  deliver(message: Outgoing, options?: DeliverOptions): Promise<Receipt> {
    const receipt = this.announcer.notices.during(() => this.#sender.deliver(message, options))
    this.#updateWanted(true)
    return receipt
  }

  request(message: Outgoing, options: RequestOptions<Incoming>): Promise<Incoming> {
    return this.announcer.notices.during(() => this.exchange.requests.send(message, options))
  }

  /** Drops what is queued; returns it, oldest first. */
  clear(): readonly Outgoing[] {
    return this.announcer.notices.during(() => {
      // What another life has stored is cleared too, also before the first dial.
      if (!hasEnded(this.state)) this.#sender.prepare()
      const messages = this.#sender.clear('cleared')
      this.#onEmpty()
      return messages
    })
  }

  open(): void {
    this.#checkAlive('open()')
    this.#driver.dispatch({ type: 'open' })
  }

  reconnect(reason = '', { handover = false }: ReconnectCallOptions = {}): void {
    this.#checkAlive('reconnect()')
    checkClose(undefined, reason)
    if (handover && !this.#canQueue) {
      throw misconfigured('reconnect(reason, { handover })', 'false without a queue', handover)
    }
    this.#driver.dispatch({ type: 'reconnect', reason, handover })
  }

  /** Ends it from this side; what is queued goes out after the next {@link open}. */
  fail(error: HoldfastError): void {
    this.#line.fail(error)
  }

  close(code?: number, reason = '', options: CloseOptions = {}): Promise<CloseReport<Outgoing>> {
    checkClose(code, reason)
    const drainTimeout = duration('drainTimeout', options.drainTimeout, 3_000)
    const report = this.#ending.wait()
    this.#driver.dispatch({ type: 'close', reason, drainTimeout, ...(code === undefined ? {} : { code }) })
    return report
  }

  /** Closes for good: it cannot be opened again. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    await this.close()
    this.disposed.emit()
    const { states, events, errors } = this.announcer
    for (const emitter of [states, events, errors, this.messages, this.digest.outboxes]) emitter.clear()
  }

  #checkAlive(call: string): void {
    if (this.#isDisposed) throw new HoldfastError('CLOSED', `${call} after the connection was disposed of.`)
  }

  #checkSendable(): void {
    if (!hasEnded(this.state) && !this.#isDisposed) return
    throw new HoldfastError('CLOSED', 'Nothing can be sent after close().', { reason: 'closed' })
  }

  #carryOut(act: Act): void {
    switch (act.type) {
      case 'dial':
        this.#ending.forget()
        this.#sender.prepare()
        return this.#line.dial(act.generation, act.attempt)
      case 'restore':
        return this.exchange.channels.restore()
      case 'drain':
        return this.#drain()
      case 'hang-up':
        this.#ending.hangUp(act.code, act.reason)
        return this.#line.hangUp(act.code, act.reason)
      case 'abandon':
        return this.#line.abandon()
      case 'prepare':
        return this.#line.prepare()
      case 'take-over':
        this.#ending.takeOver(act.reason)
        return this.#line.takeOver(act.reason)
      case 'finish':
        return this.#finish()
      case 'reopen':
        return this.#driver.dispatch({ type: 'open' })
      default:
        act satisfies never
    }
  }

  #onDone(before: Machine, after: Machine): void {
    this.#vigil.settle()
    const settle = this.exchange.follow(before.state, after.state)
    if (settle) this.#inbox.after(() => this.announcer.notices.during(settle))
    if (after.state.status !== 'closed' || before.state.status === 'closed') return
    this.digest.flush()
    // Those who listen now: whoever comes while a slow message is read waits for the next life.
    const tellEnd = this.ended.later()
    this.#inbox.after(() => this.announcer.notices.add(tellEnd))
  }

  /** Sends what is not queued, and never counted: for the sign-in and for channels. */
  #sendControl(message: unknown): void {
    // The carrier's messages are of the type that the codec takes: the user vouches for it.
    const { socket } = this.#line
    if (socket) this.#sender.control(message as Outgoing, socket)
  }

  #drain(): void {
    const { socket } = this.#line
    if (socket) this.#sender.start(socket)
    if (this.#sender.isIdle) this.#onEmpty()
  }

  #onDetached(close: NativeClose | undefined, buffered: number | undefined): void {
    // After a handover there is another one.
    const isLast = this.#line.socket === undefined
    this.#ending.detach({ close, buffered, isLast, hasEnded: hasEnded(this.state) })
    if (isLast) return
    const settle = this.exchange.handedOver()
    this.#inbox.after(() => this.announcer.notices.during(settle))
  }

  #finish(): void {
    const { state } = this
    if (state.status !== 'closed' || state.by !== 'user') return
    this.#ending.finish(state)
    this.digest.flush()
  }

  #onMessage(message: Incoming, generation: number): void {
    if (this.#line.answers(message, generation) || this.#vigil.isReply(message)) return
    this.#sender.read(message)
    if (this.messages.tell(message)) return
    this.digest.missed()
    // One that was slow to decode: no timer is left after the end.
    if (this.state.status === 'closed') this.digest.flush()
  }

  #onEmpty(): void {
    if (this.state.status === 'closing' && this.#sender.isIdle) this.#driver.dispatch({ type: 'drained' })
    this.#updateWanted()
  }

  /** `isUsed`: it was needed just now, whatever still is; `idleTimeout` counts from here. */
  #updateWanted(isUsed = false): void {
    if (!this.#driver.config.lazy) return
    const wanted = this.messages.size > 0 || !this.#sender.isIdle
    if (isUsed && !wanted) this.#driver.dispatch({ type: 'wanted', wanted: true })
    this.#driver.dispatch({ type: 'wanted', wanted })
  }
}

/** By the user: nothing is sent again. */
function hasEnded(state: ConnectionState): boolean {
  return state.status === 'closing' || (state.status === 'closed' && state.by === 'user')
}

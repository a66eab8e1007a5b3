import type { Authenticator } from './authenticator.ts'
import type { RawIncoming } from './codec.ts'
import type { Target } from './dial.ts'
import type { Dialer } from './dialer.ts'
import type { Driver } from './driver.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import type { Traffic } from './heartbeat.ts'
import type { Effect, Machine } from './machine.ts'
import { failed, localLoss } from './policies.ts'
import type { NativeClose, Socket } from './socket.ts'
import type { CloseInfo } from './state.ts'
import { Understudy } from './understudy.ts'
import type { LossCause } from './verdict.ts'

export interface LineHost {
  readonly onData: (data: RawIncoming, generation: number) => void
  /**
   * Nothing can be written to the socket any more.
   *
   * @param close - How it closed; undefined where it was given up.
   * @param buffered - `bufferedAmount` in its `close` event.
   */
  readonly onDetached: (close?: NativeClose, buffered?: number) => void
  /** Sends a control message over a socket that is not written to yet. */
  readonly sendOver: (message: unknown, socket: Socket) => void
}

/** The way to the server: at most one native socket, dialled, signed in, given up. */
export class Line {
  /** Of the current socket alone. */
  readonly traffic: Traffic
  readonly #driver: Driver
  readonly #dialer: Dialer
  readonly #authenticator: Authenticator | undefined
  readonly #host: LineHost
  #socket: Socket | undefined
  /** The next socket of a handover. */
  #understudy: Understudy | undefined
  /** The former one, until it is closed. */
  #retiring: { readonly generation: number; readonly socket: Socket } | undefined
  #understudies = 0
  /** Where the socket went, without the token. */
  #target: Target | undefined
  #binaryType: 'blob' | 'arraybuffer'

  constructor(
    driver: Driver,
    dialer: Dialer,
    authenticator: Authenticator | undefined,
    binaryType: 'blob' | 'arraybuffer',
    host: LineHost,
  ) {
    this.#driver = driver
    this.#dialer = dialer
    this.#authenticator = authenticator
    this.#binaryType = binaryType
    this.#host = host
    const current = (): Socket | undefined => this.#socket
    this.traffic = {
      get sent() {
        return current()?.sent ?? 0
      },
      get bufferedAmount() {
        return current()?.bufferedAmount ?? 0
      },
    }
  }

  get socket(): Socket | undefined {
    return this.#socket
  }

  /** Where the last dial went, without the token. */
  get url(): string | undefined {
    return this.#target?.url
  }

  get bufferedAmount(): number {
    return (this.#socket?.bufferedAmount ?? 0) + (this.#retiring?.socket.bufferedAmount ?? 0)
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#binaryType = type
    for (const socket of [this.#socket, this.#understudy?.socket, this.#retiring?.socket]) {
      if (socket) socket.binaryType = type
    }
  }

  dial(generation: number, attempt: number): void {
    this.#dialer.dial({
      number: attempt,
      binaryType: () => this.#binaryType,
      isCurrent: () => this.#isConnecting(generation),
      onPhase: (phase) => this.#driver.dispatch({ type: 'phase', generation, phase }),
      onSocket: (socket, target) => {
        this.#socket = socket
        this.#target = target
      },
      onFailed: (error, fatal) => this.#giveUp(generation, localLoss(error), fatal ? 'fatal' : undefined),
      handlers: {
        opened: () => this.#onSocketOpen(generation),
        message: (data) => this.#host.onData(data, generation),
        lost: (close, buffered) => this.#onLost(generation, close, buffered),
      },
    })
  }

  /** Starts the closing handshake. */
  hangUp(code: number | undefined, reason: string): void {
    this.#socket?.close(code, reason)
  }

  /** Gives the socket up without waiting. */
  abandon(): void {
    this.#letGo()?.abandon()
  }

  /** Ends it from this side, also between two attempts; what is queued stays. */
  fail(error: HoldfastError): void {
    const phase = this.#driver.state.status === 'open' ? 'open' : 'connecting'
    this.#giveUp(this.#driver.generation, localLoss(error, phase), 'fatal')
  }

  /** Dials the next socket of a handover. */
  prepare(): void {
    this.#understudies += 1
    const authenticator = this.#authenticator?.fork((message) => {
      if (understudy.socket) this.#host.sendOver(message, understudy.socket)
    })
    const understudy: Understudy = new Understudy(-this.#understudies, authenticator, {
      binaryType: () => this.#binaryType,
      onData: this.#host.onData,
      onSignIn: () => this.#driver.dispatch({ type: 'signs-in' }),
      onReady: () => this.#driver.dispatch({ type: 'ready', ...this.#agreed(understudy) }),
      onFailed: (close) => this.#driver.dispatch({ type: 'unready', close }),
      onLost: (generation, close, buffered) => this.#onLost(generation, close, buffered),
    })
    this.#understudy = understudy
    understudy.dial(this.#dialer.fork(authenticator))
  }

  /** The next socket is the current one; the old one is closed cleanly, and heard until it is. */
  takeOver(reason: string): void {
    const understudy = this.#understudy
    const old = this.#socket
    if (!understudy?.socket || !old) return
    const { generation } = this.#driver
    this.#understudy = undefined
    this.#retiring = { generation: generation - 1, socket: old }
    this.#socket = understudy.socket
    this.#target = understudy.target
    understudy.promote(generation)
    old.close(1000, reason)
  }

  /** Whether a message belongs to the sign-in, and to nobody else. */
  answers(message: unknown, generation: number): boolean {
    if (this.#understudy?.id === generation) return this.#understudy.answers(message)
    // One that was slow to decode may be of a socket that is gone, and answers nothing here.
    if (!this.#authenticator || !this.#driver.isCurrent(generation)) return false
    const answer = this.#authenticator.read(message)
    if (answer === 'accepted') this.#onUsable(generation)
    if (answer === 'refused') {
      const error = new HoldfastError('AUTH_REFUSED', 'The server refused the sign-in message.')
      this.#giveUp(generation, localLoss(error, 'open'), 'refused')
    }
    return answer !== 'other'
  }

  /** What a step of the machine means to the sign-in. */
  follow(before: Machine, after: Machine, effects: readonly Effect[]): void {
    this.#authenticator?.follow(before, after, effects)
    if (before.handover && !after.handover) this.#endHandover()
  }

  #isConnecting(generation: number): boolean {
    return this.#driver.isCurrent(generation) && this.#driver.state.status === 'connecting'
  }

  #onSocketOpen(generation: number): void {
    if (!this.#authenticator?.signIn) return this.#onUsable(generation)
    this.#driver.dispatch({ type: 'phase', generation, phase: 'sign-in' })
    // Whoever was told of it may have ended it.
    if (!this.#isConnecting(generation)) return
    try {
      this.#authenticator.begin()
    } catch (error) {
      const failure = isHoldfastError(error) ? error : failed('The sign-in', error)
      this.#giveUp(generation, localLoss(failure, 'open'))
    }
  }

  #onUsable(generation: number): void {
    const agreed = this.#agreed({ socket: this.#socket, target: this.#target })
    this.#driver.dispatch({ type: 'opened', generation, ...agreed })
  }

  #agreed({ socket, target }: Pick<Understudy, 'socket' | 'target'>): {
    protocol: string
    extensions: string
  } {
    const { protocol = '', extensions = '' } = socket ?? {}
    // One that only the carrier offered is the token.
    return { protocol: target?.protocols.includes(protocol) ? protocol : '', extensions }
  }

  #onLost(generation: number, close: NativeClose, buffered: number | undefined): void {
    if (generation === this.#retiring?.generation) return this.#onRetired(close, buffered)
    if (!this.#driver.isCurrent(generation)) return
    const { state } = this.#driver
    // While it signs in the socket is open, and its close codes mean what they say.
    const isDialling = state.status === 'connecting' && state.phase !== 'sign-in'
    const phase = isDialling ? 'connecting' : 'open'
    // As one: whoever is told what came back finds the state that it is told in.
    this.#driver.during(() => {
      this.#letGo(close, buffered)
      this.#driver.dispatch({ type: 'lost', generation, close: { ...close, phase } })
    })
  }

  /** Ends an attempt or a connection from this side. */
  #giveUp(generation: number, close: CloseInfo, cause?: LossCause): void {
    if (!this.#driver.isCurrent(generation)) return
    this.#driver.during(() => {
      this.abandon()
      this.#driver.dispatch({ type: 'lost', generation, close, ...(cause ? { cause } : {}) })
    })
  }

  #onRetired(close: NativeClose, buffered: number | undefined): void {
    this.#retiring = undefined
    this.#driver.during(() => {
      this.#host.onDetached(close, buffered)
      this.#driver.dispatch({ type: 'retired' })
    })
  }

  /** Of the two sockets of a handover one is left. */
  #endHandover(): void {
    this.#understudy?.abandon()
    this.#understudy = undefined
    const retiring = this.#retiring
    this.#retiring = undefined
    if (!retiring) return
    this.#host.onDetached()
    retiring.socket.abandon()
  }

  #letGo(close?: NativeClose, buffered?: number): Socket | undefined {
    const socket = this.#socket
    this.#socket = undefined
    // What the old one of a handover was given is judged by itself.
    this.#endHandover()
    this.#host.onDetached(close, buffered)
    return socket
  }
}

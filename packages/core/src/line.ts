import type { SigningIn } from './authenticator.ts'
import type { Target } from './dial.ts'
import type { Dialer } from './dialer.ts'
import type { Driver } from './driver.ts'
import type { HoldfastError } from './errors.ts'
import type { SocketEnd } from './loss.ts'
import type { Effect, Machine } from './machine.ts'
import { localLoss, refusedSignIn } from './policies.ts'
import type { NativeClose, Socket } from './socket.ts'
import type { CloseInfo } from './state.ts'
import { agreed, Succession, type SuccessionHost } from './succession.ts'
import type { LossCause } from './verdict.ts'

export type LineHost = Pick<SuccessionHost, 'onData' | 'onDetached' | 'sendOver'>

/** The way to the server: one native socket, and a second one during a handover; dialled, signed in, given up. */
export class Line {
  readonly #driver: Driver
  readonly #dialer: Dialer
  readonly #authenticator: SigningIn | undefined
  readonly #host: LineHost
  readonly #succession: Succession
  #socket: Socket | undefined
  /** Where the socket went, without the token. */
  #target: Target | undefined
  #binaryType: 'blob' | 'arraybuffer'

  constructor(
    driver: Driver,
    dialer: Dialer,
    authenticator: SigningIn | undefined,
    binaryType: 'blob' | 'arraybuffer',
    host: LineHost,
  ) {
    this.#driver = driver
    this.#dialer = dialer
    this.#authenticator = authenticator
    this.#binaryType = binaryType
    this.#host = host
    this.#succession = new Succession(driver, dialer, authenticator, {
      ...host,
      binaryType: () => this.#binaryType,
      onLost: (generation, close, end) => this.#onLost(generation, close, end),
    })
  }

  get socket(): Socket | undefined {
    return this.#socket
  }

  /** Where the last dial went, without the token. */
  get url(): string | undefined {
    return this.#target?.url
  }

  get bufferedAmount(): number {
    return (this.#socket?.bufferedAmount ?? 0) + this.#succession.bufferedAmount
  }

  get binaryType(): 'blob' | 'arraybuffer' {
    return this.#binaryType
  }

  set binaryType(type: 'blob' | 'arraybuffer') {
    this.#binaryType = type
    for (const socket of [this.#socket, this.#succession.socket]) {
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
        lost: (close, end) => this.#onLost(generation, close, end),
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
    const phase = this.#driver.isOpen ? 'open' : 'connecting'
    this.#giveUp(this.#driver.generation, localLoss(error, phase), 'fatal')
  }

  /** Dials the next socket of a handover. */
  prepare(): void {
    this.#succession.prepare()
  }

  /** The next socket is the current one; the old one is closed cleanly, and heard until it is. */
  takeOver(reason: string): void {
    const old = this.#socket
    const next = old && this.#succession.takeOver(old)
    if (!next) return
    this.#socket = next.socket
    this.#target = next.target
    old.close(1000, reason)
  }

  /** Whether a message belongs to the sign-in, and to nobody else. */
  answers(message: unknown, generation: number): boolean {
    const isNext = this.#succession.answers(message, generation)
    if (isNext !== undefined) return isNext
    // One that was slow to decode may be of a socket that is gone, and answers nothing here.
    if (!this.#authenticator || !this.#driver.isCurrent(generation)) return false
    const answer = this.#authenticator.read(message)
    if (answer === 'accepted') this.#onUsable(generation)
    if (answer === 'refused') this.#giveUp(generation, refusedSignIn(), 'refused')
    return answer !== 'other'
  }

  /** What a step of the machine means to the sign-in. */
  follow(before: Machine, after: Machine, effects: readonly Effect[]): void {
    this.#authenticator?.follow(before, after, effects)
    if (before.handover && !after.handover) this.#succession.end()
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
      // It throws nothing else.
      this.#giveUp(generation, localLoss(error as HoldfastError, 'open'))
    }
  }

  #onUsable(generation: number): void {
    const chosen = agreed({ socket: this.#socket, target: this.#target })
    this.#driver.dispatch({ type: 'opened', generation, ...chosen })
  }

  #onLost(generation: number, close: NativeClose, end: SocketEnd): void {
    if (this.#succession.lost(generation, close, end)) return
    if (!this.#driver.isCurrent(generation)) return
    const { state } = this.#driver
    // While it signs in the socket is open, and its close codes mean what they say.
    const isDialling = state.status === 'connecting' && state.phase !== 'sign-in'
    const phase = isDialling ? 'connecting' : 'open'
    // As one: whoever is told what came back finds the state that it is told in.
    this.#driver.during(() => {
      this.#letGo(close, end)
      this.#driver.dispatch({ type: 'lost', generation, close: { ...close, phase } })
    })
  }

  /** Ends an attempt or a connection from this side. */
  #giveUp(generation: number, close: CloseInfo, cause?: LossCause): void {
    if (!this.#driver.isCurrent(generation)) return
    this.#driver.during(() => {
      this.abandon()
      this.#driver.dispatch({ type: 'lost', generation, close, cause })
    })
  }

  #letGo(close?: NativeClose, end?: SocketEnd): Socket | undefined {
    const socket = this.#socket
    this.#socket = undefined
    // What the old one of a handover was given is judged by itself.
    this.#succession.end()
    this.#host.onDetached(close, end)
    return socket
  }
}

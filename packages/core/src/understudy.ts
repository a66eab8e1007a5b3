import type { SigningIn } from './authenticator.ts'
import type { RawIncoming } from './codec.ts'
import type { Target } from './dial.ts'
import type { Dialer } from './dialer.ts'
import type { HoldfastError } from './errors.ts'
import type { SocketEnd } from './loss.ts'
import { localLoss, refusedSignIn } from './policies.ts'
import type { NativeClose, Socket } from './socket.ts'
import type { CloseInfo, ConnectingPhase } from './state.ts'

export interface UnderstudyHost {
  readonly binaryType: () => 'blob' | 'arraybuffer'
  readonly onData: (data: RawIncoming, id: number) => void
  readonly onSignIn: () => void
  readonly onReady: () => void
  readonly onFailed: (close: CloseInfo) => void
  /** After it has taken over. */
  readonly onLost: (id: number, close: NativeClose, end: SocketEnd) => void
}

/** The next socket of a handover, until it takes over: dialled and signed in beside the one in use. */
export class Understudy {
  readonly #authenticator: SigningIn | undefined
  readonly #host: UnderstudyHost
  #socket: Socket | undefined
  #target: Target | undefined
  #step: 'preparing' | 'promoted' | 'over' = 'preparing'
  #hasOpened = false
  /** Whose its messages are: a number that no dial has, then that of the connection. */
  #id: number

  constructor(id: number, authenticator: SigningIn | undefined, host: UnderstudyHost) {
    this.#id = id
    this.#authenticator = authenticator
    this.#host = host
  }

  get id(): number {
    return this.#id
  }

  get socket(): Socket | undefined {
    return this.#socket
  }

  get target(): Target | undefined {
    return this.#target
  }

  dial(dialer: Dialer): void {
    dialer.dial({
      // It is no part of an outage.
      number: 1,
      binaryType: this.#host.binaryType,
      isCurrent: () => this.#step === 'preparing',
      onPhase: (_phase: ConnectingPhase) => undefined,
      onSocket: (socket, target) => {
        this.#socket = socket
        this.#target = target
      },
      onFailed: (error) => this.#fail(localLoss(error)),
      handlers: {
        opened: () => this.#onOpened(),
        message: (data) => this.#host.onData(data, this.#id),
        lost: (close, end) => this.#onLost(close, end),
      },
    })
  }

  /** Whether a message belongs to its sign-in. */
  answers(message: unknown): boolean {
    if (this.#step !== 'preparing' || !this.#authenticator) return false
    const answer = this.#authenticator.read(message)
    if (answer === 'accepted') this.#host.onReady()
    if (answer === 'refused') this.#fail(refusedSignIn())
    return answer !== 'other'
  }

  /** It is the connection now. */
  promote(id: number): void {
    this.#id = id
    this.#step = 'promoted'
  }

  abandon(): void {
    this.#step = 'over'
    this.#socket?.abandon()
  }

  #onOpened(): void {
    this.#hasOpened = true
    if (!this.#authenticator?.signIn) return this.#host.onReady()
    this.#host.onSignIn()
    if (this.#step !== 'preparing') return
    try {
      this.#authenticator.begin()
    } catch (error) {
      // It throws nothing else.
      this.#fail(localLoss(error as HoldfastError, 'open'))
    }
  }

  #onLost(close: NativeClose, end: SocketEnd): void {
    if (this.#step === 'promoted') this.#host.onLost(this.#id, close, end)
    else this.#fail({ ...close, phase: this.#hasOpened ? 'open' : 'connecting' })
  }

  #fail(close: CloseInfo): void {
    if (this.#step !== 'preparing') return
    this.abandon()
    this.#host.onFailed(close)
  }
}

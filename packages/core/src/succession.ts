import type { SigningIn } from './authenticator.ts'
import type { Target } from './dial.ts'
import type { Dialer } from './dialer.ts'
import type { Driver } from './driver.ts'
import type { SocketEnd } from './loss.ts'
import type { NativeClose, Socket } from './socket.ts'
import { Understudy, type UnderstudyHost } from './understudy.ts'

export interface SuccessionHost extends Pick<UnderstudyHost, 'binaryType' | 'onData' | 'onLost'> {
  /** Sends a control message over a socket that is not written to yet. */
  readonly sendOver: (message: unknown, socket: Socket) => void
  /**
   * Nothing can be written to a socket any more.
   *
   * @param close - How it closed; undefined where it was given up.
   * @param end - What that proves.
   */
  readonly onDetached: (close?: NativeClose, end?: SocketEnd) => void
}

/** A socket that is dialled, and where to. */
interface Dialled {
  readonly socket: Socket
  readonly target: Target | undefined
}

/** The other socket of a handover: the next one until it takes over, then the former one until it is closed. */
export class Succession {
  readonly #driver: Driver
  readonly #dialer: Dialer
  readonly #authenticator: SigningIn | undefined
  readonly #host: SuccessionHost
  #understudy: Understudy | undefined
  #retiring: { readonly generation: number; readonly socket: Socket } | undefined
  #count = 0

  constructor(driver: Driver, dialer: Dialer, authenticator: SigningIn | undefined, host: SuccessionHost) {
    this.#driver = driver
    this.#dialer = dialer
    this.#authenticator = authenticator
    this.#host = host
  }

  get socket(): Socket | undefined {
    return this.#understudy?.socket ?? this.#retiring?.socket
  }

  /** Of the former one: what the next one is given counts once it is the connection. */
  get bufferedAmount(): number {
    return this.#retiring?.socket.bufferedAmount ?? 0
  }

  /** Dials the next socket. */
  prepare(): void {
    this.#count += 1
    const authenticator = this.#authenticator?.fork((message) => {
      if (understudy.socket) this.#host.sendOver(message, understudy.socket)
    })
    const understudy: Understudy = new Understudy(-this.#count, authenticator, {
      ...this.#host,
      onSignIn: () => this.#driver.dispatch({ type: 'signs-in' }),
      onReady: () => this.#driver.dispatch({ type: 'ready', ...agreed(understudy) }),
      onFailed: (close) => this.#driver.dispatch({ type: 'unready', close }),
    })
    this.#understudy = understudy
    understudy.dial(this.#dialer.fork(authenticator))
  }

  /** The next socket takes the place of this one, which is heard until it is closed. */
  takeOver(old: Socket): Dialled | undefined {
    const understudy = this.#understudy
    if (!understudy?.socket) return undefined
    const { generation } = this.#driver
    this.#understudy = undefined
    this.#retiring = { generation: generation - 1, socket: old }
    understudy.promote(generation)
    return { socket: understudy.socket, target: understudy.target }
  }

  /** Whether a message belongs to the sign-in of the next socket; undefined where it came over another one. */
  answers(message: unknown, generation: number): boolean | undefined {
    return this.#understudy?.id === generation ? this.#understudy.answers(message) : undefined
  }

  /** Whether the socket that is lost was the former one. */
  lost(generation: number, close: NativeClose, end: SocketEnd): boolean {
    if (generation !== this.#retiring?.generation) return false
    this.#retiring = undefined
    this.#driver.during(() => {
      this.#host.onDetached(close, end)
      this.#driver.dispatch({ type: 'retired' })
    })
    return true
  }

  /** Of the two sockets one is left. */
  end(): void {
    this.#understudy?.abandon()
    this.#understudy = undefined
    const retiring = this.#retiring
    this.#retiring = undefined
    if (!retiring) return
    this.#host.onDetached()
    retiring.socket.abandon()
  }
}

/** What the server chose. */
export function agreed({ socket, target }: Pick<Understudy, 'socket' | 'target'>): {
  protocol: string
  extensions: string
} {
  const { protocol = '', extensions = '' } = socket ?? {}
  // One that only the carrier offered is the token.
  return { protocol: target?.protocols.includes(protocol) ? protocol : '', extensions }
}

import type { SigningIn } from './authenticator.ts'
import { type Target, targetOf } from './dial.ts'
import type { Environment } from './environment.ts'
import { failure, HoldfastError } from './errors.ts'
import { Socket, type SocketHandlers } from './socket.ts'
import type { ConnectingPhase } from './state.ts'
import type { ProtocolsSource, UrlSource } from './url.ts'

export interface Attempt {
  readonly number: number
  readonly binaryType: () => 'blob' | 'arraybuffer'
  /** Whether it is still wanted: it may be given up while a function is asked. */
  readonly isCurrent: () => boolean
  /** Means nothing for one that is given up. */
  readonly onPhase: (phase: ConnectingPhase) => void
  /** `target` is where it went, without the token. */
  readonly onSocket: (socket: Socket, target: Target) => void
  /** There will be no socket. `fatal`: and none at a further attempt. */
  readonly onFailed: (error: HoldfastError, fatal: boolean) => void
  readonly handlers: SocketHandlers
}

/** Makes sockets: asks for URL, protocols and token, then opens a native socket to there. */
export class Dialer {
  readonly #url: UrlSource
  readonly #protocols: ProtocolsSource
  readonly #environment: Environment
  readonly #authenticator: SigningIn | undefined

  constructor(
    url: UrlSource,
    protocols: ProtocolsSource,
    environment: Environment,
    authenticator: SigningIn | undefined,
  ) {
    this.#url = url
    this.#protocols = protocols
    this.#environment = environment
    this.#authenticator = authenticator
  }

  /** One that signs in with another authenticator. */
  fork(authenticator: SigningIn | undefined): Dialer {
    return new Dialer(this.#url, this.#protocols, this.#environment, authenticator)
  }

  /** Whether an attempt may bring something new: the user is asked for URL, protocols or a token. */
  get asksUser(): boolean {
    return this.firstPhase !== 'handshake'
  }

  /** What an attempt begins with. */
  get firstPhase(): ConnectingPhase {
    if (typeof this.#url === 'function' || typeof this.#protocols === 'function') return 'url'
    return this.#authenticator ? 'token' : 'handshake'
  }

  /** Opens the socket within the call, unless a function makes it wait. */
  dial(attempt: Attempt): void {
    const fail = (error: unknown): void => this.#fail(attempt, error)
    try {
      const { baseUrl } = this.#environment
      const target = targetOf(this.#url, this.#protocols, attempt.number, baseUrl)
      if (target instanceof Promise) target.then((found) => this.#authorize(attempt, found)).catch(fail)
      else this.#authorize(attempt, target)?.catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  #authorize(attempt: Attempt, target: Target): Promise<void> | undefined {
    if (!this.#authenticator) return this.#open(attempt, target, target)
    attempt.onPhase('token')
    // Whoever was told of it may have ended it.
    if (!attempt.isCurrent()) return
    const authorized = this.#authenticator.authorize(target, attempt.number)
    if (authorized instanceof Promise) return authorized.then((found) => this.#open(attempt, target, found))
    return this.#open(attempt, target, authorized)
  }

  #open(attempt: Attempt, target: Target, authorized: Target): undefined {
    attempt.onPhase('handshake')
    if (!attempt.isCurrent()) return
    const { WebSocket } = this.#environment
    if (!WebSocket) {
      throw new HoldfastError('NO_WEBSOCKET', 'No WebSocket: set environment.WebSocket.')
    }
    const { url, protocols } = authorized
    const { handlers, binaryType } = attempt
    const socket = new Socket(WebSocket, url, protocols, binaryType(), this.#environment, handlers)
    attempt.onSocket(socket, target)
  }

  #fail(attempt: Attempt, cause: unknown): void {
    if (!attempt.isCurrent()) return
    const error = failure('The dial', cause)
    // Values that were refused once will be refused again; a function may answer something else.
    const isFixed = error.code === 'CONFIGURATION' && !this.asksUser
    const isFatal = error.code === 'NO_WEBSOCKET' || error.code === 'INSECURE' || isFixed
    attempt.onFailed(error, isFatal)
  }
}

import { targetOf } from './dial.ts'
import type { Environment } from './environment.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import { failed } from './policies.ts'
import { Socket, type SocketHandlers } from './socket.ts'
import type { ProtocolsSource, UrlSource } from './url.ts'

export interface Attempt {
  readonly number: number
  readonly binaryType: () => 'blob' | 'arraybuffer'
  /** Whether it is still wanted: it may be given up while a function is asked. */
  readonly isCurrent: () => boolean
  /** URL and protocols are known. */
  readonly onResolved: () => void
  readonly onSocket: (socket: Socket, url: string) => void
  /** There will be no socket. `fatal`: and none at a further attempt. */
  readonly onFailed: (error: HoldfastError, fatal: boolean) => void
  readonly handlers: SocketHandlers
}

/** Makes sockets: asks for URL and protocols, then opens a native socket to there. */
export class Dialer {
  readonly #url: UrlSource
  readonly #protocols: ProtocolsSource
  readonly #environment: Environment

  constructor(url: UrlSource, protocols: ProtocolsSource, environment: Environment) {
    this.#url = url
    this.#protocols = protocols
    this.#environment = environment
  }

  /** Whether an attempt may bring something new: the user is asked for URL or protocols. */
  get asksUser(): boolean {
    return typeof this.#url === 'function' || typeof this.#protocols === 'function'
  }

  /** Opens the socket within the call, unless a function makes it wait. */
  dial(attempt: Attempt): void {
    const fail = (error: unknown): void => this.#fail(attempt, error)
    try {
      const { baseUrl } = this.#environment
      const target = targetOf(this.#url, this.#protocols, attempt.number, baseUrl)
      if (target instanceof Promise) {
        target.then(({ url, protocols }) => this.#open(attempt, url, protocols)).catch(fail)
      } else this.#open(attempt, target.url, target.protocols)
    } catch (error) {
      fail(error)
    }
  }

  #open(attempt: Attempt, url: string, protocols: string[]): void {
    if (!attempt.isCurrent()) return
    attempt.onResolved()
    // Whoever was told of it may have ended it.
    if (!attempt.isCurrent()) return
    const { WebSocket } = this.#environment
    if (!WebSocket) {
      throw new HoldfastError(
        'NO_WEBSOCKET',
        'There is no WebSocket here: give one as environment.WebSocket.',
      )
    }
    const { handlers, binaryType } = attempt
    attempt.onSocket(new Socket(WebSocket, url, protocols, binaryType(), this.#environment, handlers), url)
  }

  #fail(attempt: Attempt, cause: unknown): void {
    if (!attempt.isCurrent()) return
    const error = isHoldfastError(cause) ? cause : failed('The dial', cause)
    // Values that were refused once will be refused again; a function may answer something else.
    const isFixed = error.code === 'CONFIGURATION' && !this.asksUser
    attempt.onFailed(error, error.code === 'NO_WEBSOCKET' || isFixed)
  }
}

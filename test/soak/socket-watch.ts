import type { WebSocketConstructor } from '@holdfast/core'
import { countListeners } from '../support/counted-listeners.ts'
import type { Ledger } from './ledger.ts'
import { idOnWire } from './protocol.ts'

const OPEN = 1
const CLOSING = 2

interface Watched {
  readonly readyState: number
  readonly listening: number
  readonly isGivenUp: boolean
}

export interface WatchHost {
  readonly ledger: Ledger
  /** It dials while it has a live socket: so only a handover may. */
  onSecond(): void
  /** Bytes of the native buffer at and above which nothing may be written. */
  readonly highWaterMark: number
  onDial(): void
  fail(problem: string): void
}

/** An eye on the native sockets of one client. It remembers those only that are of interest yet. */
export class SocketWatch {
  readonly WebSocket: WebSocketConstructor
  readonly #sockets = new Set<Watched>()

  constructor(Native: WebSocketConstructor, host: WatchHost) {
    const watch = this
    this.WebSocket = class WatchedSocket extends countListeners(Native) implements Watched {
      isGivenUp = false

      constructor(url: string, protocols?: string[]) {
        watch.#dial(host)
        super(url, protocols)
        watch.#sockets.add(this)
      }

      override send(data: never): void {
        if (this.readyState !== OPEN) host.fail(`a message was given to a socket in state ${this.readyState}`)
        if (this.isGivenUp) host.fail('a message was given to a socket that was closed')
        const buffered = super.bufferedAmount ?? 0
        if (buffered >= host.highWaterMark) host.fail(`wrote while ${buffered} bytes were buffered`)
        const id = idOnWire(data)
        if (id !== undefined) host.ledger.written(id)
        super.send(data)
      }

      override close(code?: number, reason?: string): void {
        this.isGivenUp = true
        super.close(code, reason)
      }
    }
  }

  /** What the sockets of a closed connection still are; nothing where they are as they should be. */
  left(): string[] {
    const left = [...this.#sockets].flatMap(({ readyState, listening, isGivenUp }) => [
      // Not 3: undici stays at 2 when it is closed while it connects, and a peer may never answer.
      ...(readyState < CLOSING && !isGivenUp ? [`a socket in state ${readyState}`] : []),
      // That for errors stays on purpose: ws throws an 'error' that nobody hears.
      ...(listening > 1 ? [`${listening} listeners on a socket`] : []),
    ])
    this.#forget()
    return left
  }

  #dial(host: WatchHost): void {
    host.onDial()
    this.#forget()
    const live = [...this.#sockets].filter(({ readyState, isGivenUp }) => readyState < CLOSING && !isGivenUp)
    if (live.length > 1) host.fail(`dialled beside ${live.length} live sockets`)
    else if (live.length === 1) host.onSecond()
  }

  #forget(): void {
    for (const socket of this.#sockets) {
      if ((socket.isGivenUp || socket.readyState >= CLOSING) && socket.listening <= 1)
        this.#sockets.delete(socket)
    }
  }
}

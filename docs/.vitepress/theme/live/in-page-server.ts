// The one place where the live examples touch the test kit: a server in the page, on the page's own clock.
import type { Environment } from '@holdfast/core'
import { FakeServer, type FakeSocket } from '@holdfast/core/testing'

/** About what a handshake takes on a good line, in ms. */
const LATENCY = 150

export interface InPageServer {
  /** For `options.environment`. */
  readonly WebSocket: Environment['WebSocket']
  /** The line is cut, as by a network that is gone. */
  cut(): void
  /** The server closes, and says why. */
  close(code: number, reason: string): void
  /** Answers dials from now on, or fails them. */
  accept(isAccepting: boolean): void
}

/** Sends back what it gets, after a while. */
export function inPageServer(onMessage: (text: string) => void): InPageServer {
  const server = new EchoServer(onMessage)
  return {
    WebSocket: server.WebSocket,
    cut: () => server.drop(1006),
    close: (code, reason) => server.drop(code, reason),
    accept: (isAccepting) => (isAccepting ? server.accept() : server.refuse()),
  }
}

class EchoServer extends FakeServer {
  readonly #onMessage: (text: string) => void

  constructor(onMessage: (text: string) => void) {
    super({ clock: { setTimeout: (callback, delay) => setTimeout(callback, delay) }, latency: LATENCY })
    this.#onMessage = onMessage
  }

  override received(socket: FakeSocket, data: Parameters<FakeSocket['send']>[0]): void {
    setTimeout(() => {
      this.#onMessage(String(data))
      socket.receive(`echo: ${data}`)
    }, LATENCY)
  }
}

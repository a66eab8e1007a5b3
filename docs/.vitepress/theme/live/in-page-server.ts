// The one place where the live examples touch the test kit: a server in the page, on the page's own clock.
import type { Environment } from '@holdfast/core'
import { fakeServer } from '@holdfast/core/testing'

/** About what a handshake takes on a good line, in ms. */
const LATENCY = 150
const OPEN = 1

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
export function inPageServer(url: string, onMessage: (text: string) => void): InPageServer {
  const server = fakeServer(url, { latency: LATENCY })
  server.on('message', (message, connection) => {
    setTimeout(() => {
      if (connection.readyState !== OPEN) return
      onMessage(String(message))
      connection.send(`echo: ${message}`)
    }, LATENCY)
  })
  return {
    WebSocket: server.WebSocket,
    cut: () => server.drop(),
    close: (code, reason) => server.close(code, reason),
    accept: (isAccepting) => (isAccepting ? server.accept() : server.refuse()),
  }
}

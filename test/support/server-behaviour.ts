import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'

/** What the server does with messages and closes; each can be changed at any time. */
export interface ServerBehaviour {
  /** Sends each message back to its sender. */
  echo: boolean
  /** Sends each message on to every other connection. */
  broadcast: boolean
  onMessage: ((socket: WebSocket, data: string | Buffer, isBinary: boolean) => void) | undefined
  /** Called with each accepted connection and its handshake. */
  onConnection: ((socket: WebSocket, request: IncomingMessage) => void) | undefined
  /** Chooses the subprotocol; the first offered one without it. */
  handleProtocols: ((offered: Set<string>, request: IncomingMessage) => string | false) | undefined
  /** Never echoes a close frame, and leaves the TCP connection open. */
  silentClose: boolean
}

export interface ServerOptions extends Partial<ServerBehaviour> {
  port?: number
}

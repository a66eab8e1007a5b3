import { WebSocket } from 'ws'

/** The class of the server's sockets: while `isSilent` says so, it does not echo the close frame of a client. */
export function serverSocketClass(isSilent: () => boolean): typeof WebSocket {
  return class ServerSocket extends WebSocket {
    // ws echoes by calling close() while still open; once we have begun a close of our own it is CLOSING.
    override close(code?: number, reason?: string | Buffer): void {
      if (isSilent() && this.readyState === WebSocket.OPEN) return
      super.close(code, reason)
    }
  }
}

/** A close by the server itself, which also a silent one can do. */
export function closeFromServer(socket: WebSocket, code?: number, reason?: string): void {
  WebSocket.prototype.close.call(socket, code, reason)
}

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** One upgrade request, whatever became of it. */
export interface Handshake {
  /** Path and query. */
  url: string
  protocols: string[]
  headers: IncomingMessage['headers']
  outcome: 'accepted' | 'refused' | 'hung'
}

/** Decides who gets in, and keeps the book of all who asked. */
export class Gate {
  readonly handshakes: Handshake[] = []
  /** The HTTP status that is answered in place of 101. */
  refusal: number | undefined
  isHanging = false

  /** True if the handshake is to be accepted; otherwise it has been dealt with here. */
  admits(request: IncomingMessage, socket: Duplex): boolean {
    const outcome = this.isHanging ? 'hung' : this.refusal === undefined ? 'accepted' : 'refused'
    const offered = request.headers['sec-websocket-protocol']?.split(',') ?? []
    this.handshakes.push({
      url: request.url ?? '',
      protocols: offered.map((protocol) => protocol.trim()),
      headers: request.headers,
      outcome,
    })
    if (outcome === 'accepted') return true
    // Node hands the socket over with the upgrade: without a listener its error would end the process, and unless
    // it is read on nobody notices that the client gave up.
    socket
      .on('error', () => socket.destroy())
      .on('end', () => socket.end())
      .resume()
    if (outcome === 'refused') refuse(socket, this.refusal ?? 503)
    return false
  }
}

function refuse(socket: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`
  socket.end(`${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

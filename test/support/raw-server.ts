import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { LOOPBACK, listen } from './listen.ts'

/** RFC 6455 §1.3 */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export interface RawServer {
  readonly url: string
  /** Connections ever. */
  readonly accepted: number
  /** Connections at present. */
  readonly connections: number
  close(): Promise<void>
}

/** A TCP server that knows nothing of HTTP: `serve` has each socket, and the head of its request. */
export async function openRawServer(serve: (socket: Socket, head: string) => void): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const listener = createServer((socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let head = ''
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.off('data', read)
      socket.resume()
      serve(socket, head)
    }
    socket.on('data', read)
  })
  const port = await listen(listener)
  return {
    url: `ws://${LOOPBACK}:${port}`,
    get accepted() {
      return accepted
    },
    get connections() {
      return sockets.size
    },
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Completes the handshake that the head asks for. */
export function acceptHandshake(socket: Socket, head: string, extra = ''): void {
  socket.write(handshakeAnswer(head, extra))
}

/** What accepts the handshake that the head asks for. */
export function handshakeAnswer(head: string, extra = ''): string {
  const key = /^sec-websocket-key: *(.*)$/im.exec(head)?.[1]?.trim() ?? ''
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extra}\r\n`
}

/** An unmasked frame (RFC 6455 §5.2), also one that no server may send. `first` has the bits FIN, RSV and opcode. */
export function frame(first: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.of(first, length), payload])
  const head = Buffer.alloc(4)
  head.writeUInt8(first, 0)
  head.writeUInt8(126, 1)
  head.writeUInt16BE(length, 2)
  return Buffer.concat([head, payload])
}

/** A close frame with any code, also one that may not be sent. */
export function closeFrame(code: number, reason: string | Buffer = ''): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return frame(0x88, Buffer.concat([payload, Buffer.from(reason)]))
}

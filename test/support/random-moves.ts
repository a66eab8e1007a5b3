import type { Socket } from 'node:net'
import { EDGES } from './edge-codes.ts'
import { integer, pick, type Random } from './random.ts'
import { closeFrame, frame, handshakeAnswer } from './raw-server.ts'

/** Something that a server may do to a connection: by chance, and the same again for the same seed. */
export type Move = (random: Random, socket: Socket, head: string) => void

const TEXT = 0x81
const PING = 0x89
const PONG = 0x8a

function bytes(random: Random, min: number, max: number): Buffer {
  return Buffer.from(Array.from({ length: integer(random, min, max) }, () => integer(random, 0, 255)))
}

function closeCode(random: Random): number {
  return random() < 0.6 ? pick(random, EDGES) : integer(random, 0, 65_535)
}

/** Empty, short, at the limit of 123 bytes, beyond it, huge, or no UTF-8. */
function reason(random: Random): Buffer {
  const length = pick(random, [0, 0, 5, 122, 123, 124, 125, 1_000, 65_000])
  return random() < 0.7 ? Buffer.alloc(length, 'x') : bytes(random, length, length)
}

/** How a connection is left: after each of these it is over, or the client has to see that it is. */
const ENDINGS: readonly Move[] = [
  (_, socket) => socket.end(),
  (_, socket) => socket.resetAndDestroy(),
  (random, socket) => socket.end(closeFrame(closeCode(random), reason(random))),
  (random, socket) => {
    socket.write(closeFrame(closeCode(random), reason(random)), () => socket.resetAndDestroy())
  },
  (random, socket) => {
    // RFC 6455 §5.5.1 has nothing come after it.
    const after = [closeFrame(4999), frame(TEXT, Buffer.from('late')), frame(PING), bytes(random, 1, 99)]
    socket.end(Buffer.concat([closeFrame(closeCode(random)), pick(random, after)]))
  },
]

export const end: Move = (random, socket, head) => pick(random, ENDINGS)(random, socket, head)

/** In place of an accepted handshake. Each is followed by an end, or by nothing until the client has enough. */
export const HANDSHAKES: readonly Move[] = [
  (random, socket) => socket.write(bytes(random, 1, 2_000)),
  (random, socket, head) => {
    const answer = handshakeAnswer(head)
    socket.write(answer.slice(0, integer(random, 1, answer.length - 1)))
  },
  (random, socket) => socket.write(handshakeAnswer(`Sec-WebSocket-Key: ${integer(random, 0, 99)}`)),
  (random, socket, head) => {
    const name = pick(random, ['Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions'])
    socket.write(handshakeAnswer(head, `${name}: surprise${integer(random, 0, 99)}\r\n`))
  },
  (random, socket, head) => {
    const lines = handshakeAnswer(head).split('\r\n')
    lines.splice(integer(random, 1, 3), 1)
    socket.write(lines.join('\r\n'))
  },
  (random, socket) => {
    const body = bytes(random, 0, 300)
    const status = integer(random, 100, 999)
    socket.write(`HTTP/1.1 ${status} So\r\nLocation: /\r\nContent-Length: ${integer(random, 0, 300)}\r\n\r\n`)
    socket.write(body)
  },
  (random, socket, head) => {
    // One header that is too long, or too many.
    const line = () => `X-${integer(random, 0, 1e9)}: ${'x'.repeat(random() < 0.1 ? 99_999 : 9)}\r\n`
    const lines = Array.from({ length: 3_000 }, line).join('')
    socket.write(handshakeAnswer(head, `${lines}Upgrade: h2c\r\n`))
  },
]

/** What may come over an open connection: allowed, out of the blue, or against the protocol. */
export const FRAMES: readonly Move[] = [
  (random, socket) => socket.write(frame(TEXT, Buffer.from(`noise ${integer(random, 0, 1e9)}`))),
  (random, socket) => socket.write(frame(pick(random, [TEXT, 0x82]), Buffer.alloc(0))),
  (random, socket) => socket.write(frame(0x82, bytes(random, 0, 500))),
  (random, socket) => socket.write(frame(pick(random, [PING, PONG]), bytes(random, 0, 125))),
  (random, socket) => {
    // Thousands of tiny frames, all allowed.
    const one = () => frame(pick(random, [TEXT, 0x82, PONG]), Buffer.from('x'))
    socket.write(Buffer.concat(Array.from({ length: 3_000 }, one)))
  },
  (random, socket) => {
    // In pieces, a ping between them.
    const pieces = Array.from({ length: integer(random, 0, 5) }, () => frame(0x00, Buffer.from('piece')))
    socket.write(Buffer.concat([frame(0x01), ...pieces, frame(PING), frame(0x80)]))
  },
  (random, socket) => {
    // Masked, which no server's may be.
    const masked = frame(TEXT, bytes(random, 4, 99))
    masked[1] = (masked[1] ?? 0) | 0x80
    socket.write(masked)
  },
  // Any first byte: reserved bits, reserved opcodes, control frames in pieces, pieces of nothing.
  (random, socket) => socket.write(frame(integer(random, 0, 255), bytes(random, 0, 125))),
  (random, socket) => socket.write(frame(pick(random, [PING, PONG]), bytes(random, 126, 999))),
  (random, socket) => socket.write(Buffer.concat([frame(0x01), frame(TEXT, bytes(random, 0, 9))])),
  (random, socket) => socket.write(frame(TEXT, Buffer.concat([Buffer.of(0xc3, 0x28), bytes(random, 0, 99)]))),
  (random, socket) => socket.write(frame(0x88, bytes(random, 0, 1))),
  (random, socket) => {
    // A length in eight bytes that nobody has, or that is longer than it must be.
    const length = pick(random, [
      '7fffffffffffffff',
      'ffffffffffffffff',
      '0000000080000000',
      '0000000000000001',
    ])
    socket.write(Buffer.from(`827f${length}00`, 'hex'))
  },
  (random, socket) => socket.write(bytes(random, 1, 4_096)),
  (random, socket, head) => socket.write(pick(random, [handshakeAnswer(head), 'HTTP/1.1 400 Bad\r\n\r\n'])),
  (random, socket) => {
    const whole = frame(TEXT, Buffer.from('a text that breaks off'))
    socket.write(whole.subarray(0, integer(random, 1, whole.length - 1)))
  },
]

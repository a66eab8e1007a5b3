/**
 * Takes messages, or gives them, as the path of a connection asks. It is a process of its own, so that its work is
 * not counted as the client's.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { LOOPBACK, listen } from '../../test/support/listen.ts'
import { CHUNK, type Load, MORE, READY } from './load.ts'

/** Bytes for one write to the socket: frames one by one would make this server slower than its clients. */
const WRITE = 64 * 1_024

/** Tells after each chunk that it has arrived, and so that another may be sent. */
function take(socket: WebSocket, { size, count }: Load): void {
  const inChunk = CHUNK / size
  let taken = 0
  socket.on('message', (data: Buffer) => {
    if (data.length !== size) socket.terminate()
    taken += 1
    if (taken === count) socket.send(String(taken))
    else if (taken % inChunk === 0) socket.send(MORE)
  })
}

/** Writes frames that were made beforehand, as fast as the socket takes them. */
function give(socket: WebSocket, tcp: Duplex, { size, count }: Load): void {
  const frame = textFrame('x'.repeat(size))
  const most = Math.floor(WRITE / frame.length)
  socket.once('message', async () => {
    const frames = Buffer.concat(Array.from({ length: most }, () => frame))
    for (let left = count; left > 0 && tcp.writable; left -= most) {
      const chunk = frames.subarray(0, Math.min(left, most) * frame.length)
      if (!tcp.write(chunk)) await once(tcp, 'drain')
    }
  })
}

/** RFC 6455 §5.2: one frame of text, from a server, of less than 64 KiB. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const short = Buffer.from([0x81, payload.length])
  const long = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([payload.length < 126 ? short : long, payload])
}

const http = createServer()
const sockets = new WebSocketServer({ server: http })
sockets.on('connection', (socket, request) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://server')
  const load = { size: Number(searchParams.get('size')), count: Number(searchParams.get('count')) }
  socket.on('error', () => {})
  if (pathname === '/up') take(socket, load)
  else give(socket, request.socket, load)
  socket.send(READY)
})
process.once('disconnect', () => process.exit())
process.send?.(`ws://${LOOPBACK}:${await listen(http)}`)

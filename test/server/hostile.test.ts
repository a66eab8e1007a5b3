import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { constant } from '@holdfast/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LOOPBACK, listen } from '../support/listen.ts'
import { acceptHandshake, closeFrame, frame } from '../support/raw-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { FRAME_HEADER, nativeClasses } from './native-classes.ts'
import { startRawServer } from './set-up.ts'

/** Codes that ws and undici take for a protocol error: reserved ones, and those out of range. */
const ILLEGAL = [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535]
const LEGAL = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
const OF_APPLICATIONS = [3000, 3003, 3008, 3999, 4000, 4400, 4401, 4403, 4408, 4429, 4500, 4999]

/** What a server may do once it has the connection. Each ends it. */
const AFTER_OPEN: Readonly<Record<string, (socket: Socket) => void>> = {
  'random bytes': (socket) => socket.write(Buffer.concat([Buffer.of(0xff, 0xff), randomBytes(4_096)])),
  'a frame with reserved bits': (socket) => socket.write(frame(0xf1, Buffer.from('text'))),
  'an unknown opcode': (socket) => socket.write(frame(0x83, Buffer.from('text'))),
  'an unknown control opcode': (socket) => socket.write(frame(0x8f)),
  'a continuation of nothing': (socket) => socket.write(frame(0x80, Buffer.from('text'))),
  'a ping that is too long': (socket) => socket.write(frame(0x89, Buffer.alloc(126))),
  'a fragmented ping': (socket) => socket.write(frame(0x09, Buffer.from('ping'))),
  'text that is not UTF-8': (socket) => socket.write(frame(0x81, Buffer.of(0xc3, 0x28))),
  'a length of 2⁶³': (socket) => socket.write(Buffer.from('817fffffffffffffffff', 'hex')),
  'a close frame of one byte': (socket) => socket.write(frame(0x88, Buffer.of(3))),
  'a close reason that is not UTF-8': (socket) => socket.write(closeFrame(1000, Buffer.of(0xc3, 0x28))),
  'a close reason that is too long': (socket) => socket.write(closeFrame(1000, 'x'.repeat(60_000))),
  'two close frames': (socket) => socket.end(Buffer.concat([closeFrame(4500), closeFrame(4501)])),
  'an HTTP response': (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'half a frame, then FIN': (socket) => socket.end(frame(0x81, Buffer.from('text')).subarray(0, 4)),
  'half a frame, then RST': (socket) => {
    socket.write(frame(0x81, Buffer.from('text')).subarray(0, 4), () => socket.resetAndDestroy())
  },
}

/** What may come in place of an accepted handshake. */
const HANDSHAKES: Readonly<Record<string, (socket: Socket, head: string) => void>> = {
  'random bytes': (socket) => socket.end(randomBytes(4_096)),
  'nothing, then FIN': (socket) => socket.end(),
  'nothing, then RST': (socket) => socket.resetAndDestroy(),
  'half a response, then FIN': (socket) => socket.end('HTTP/1.1 101 Switching Pro'),
  'half a response, then RST': (socket) => {
    socket.write('HTTP/1.1 101 Switching Pro', () => socket.resetAndDestroy())
  },
  'a wrong accept key': (socket) => acceptHandshake(socket, 'Sec-WebSocket-Key: another'),
  'a subprotocol that was not offered': (socket, head) =>
    acceptHandshake(socket, head, 'Sec-WebSocket-Protocol: surprise\r\n'),
  'an extension that was not offered': (socket, head) =>
    acceptHandshake(socket, head, 'Sec-WebSocket-Extensions: surprise\r\n'),
  'a redirect to itself': (socket) => {
    socket.end('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  },
  'a 101 without its headers': (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  'a header of 1 MiB': (socket) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nX-Long: ${'x'.repeat(1024 * 1024)}\r\n\r\n`)
  },
}

/** undici 7.30 keeps the TCP connection of a 101 that it does not accept. */
const LEFT_OPEN_BY_UNDICI: ReadonlySet<string> = new Set([
  'a wrong accept key',
  'a subprotocol that was not offered',
  'an extension that was not offered',
])

// That nothing goes unhandled is part of every test here: vitest fails the run for it.
describe.each(nativeClasses)('a hostile server, with the class of %s', (native, WebSocket) => {
  const options = { environment: { WebSocket }, reconnect: { backoff: constant(5) } }

  it.each([...LEGAL, ...OF_APPLICATIONS])('is understood when it closes with %i', async (code) => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      socket.end(closeFrame(code, 'why'))
    })
    const { connection, seen, states } = connectTo(server.url, options)
    await seen('open')
    await waitFor(() => ['waiting', 'closed'].includes(connection.state.status))
    const ended = states.find(({ status }) => status === 'waiting' || status === 'closed')
    const told = ended?.status === 'waiting' ? ended.cause : ended
    expect(told).toMatchObject({ code, reason: 'why', wasClean: true })
  })

  it.each(ILLEGAL)('may close with %i, and it shows as 1006', async (code) => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      socket.end(closeFrame(code, 'why'))
    })
    const { seen } = connectTo(server.url, options)
    const { cause } = await seen('waiting')
    expect(cause).toMatchObject({ code: 1006, wasClean: false })
    await seen('open', 2)
  })

  it.each(Object.keys(AFTER_OPEN))('may send %s', async (name) => {
    let isHostile = true
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      if (isHostile) AFTER_OPEN[name]?.(socket)
      isHostile = false
    })
    const { connection, errors, messages, seen } = connectTo(server.url, {
      ...options,
      reconnect: { backoff: constant(5), shouldReconnect: () => true },
    })
    await seen('waiting')
    await waitFor(() => connection.state.status === 'open')
    connection.send('still well')
    await waitFor(() => connection.outbox.written === 1)
    expect(errors).toEqual([])
    expect(messages).toEqual([])
    await waitFor(() => server.connections === 1, { what: 'the broken connection to be given up' })
  })

  it.each(Object.keys(HANDSHAKES))('may answer the handshake with %s', async (name) => {
    let isHostile = true
    const server = await startRawServer((socket, head) => {
      if (isHostile) HANDSHAKES[name]?.(socket, head)
      else acceptHandshake(socket, head)
    })
    const { errors, seen } = connectTo(server.url, { ...options, connectTimeout: 1_000 })
    const { cause } = await seen('waiting', 2)
    expect(cause).toMatchObject({ code: 1006, wasClean: false, phase: 'connecting' })
    isHostile = false
    await seen('open')
    expect(errors).toEqual([])
    if (native === 'undici' && LEFT_OPEN_BY_UNDICI.has(name)) return
    await waitFor(() => server.connections === 1, { what: 'the broken connections to be given up' })
  })

  it('may know HTTP only', async () => {
    const http = createServer((_, response) => response.end('<h1>It works!</h1>'))
    const port = await listen(http)
    onTestFinished(() => {
      http.closeAllConnections()
      http.close()
    })
    const { connection, seen } = connectTo(`http://${LOOPBACK}:${port}/`, options)
    expect(connection.url).toBe(`ws://${LOOPBACK}:${port}/`)
    const { cause } = await seen('waiting', 3)
    expect(cause).toMatchObject({ code: 1006, phase: 'connecting' })
  })

  it('may flood: every message is told, in order', async () => {
    const count = 20_000
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      const frames = Array.from({ length: count }, (_, index) => frame(0x81, Buffer.from(`${index}`)))
      socket.write(Buffer.concat(frames))
    })
    const { messages } = connectTo(server.url, options)
    await waitFor(() => messages.length === count, { timeout: 10_000 })
    expect(messages).toEqual(Array.from({ length: count }, (_, index) => `${index}`))
  })

  it('may send a message right behind its handshake, and close right behind that', async () => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      socket.end(Buffer.concat([frame(0x81, Buffer.from('at once')), closeFrame(1000)]))
    })
    const { messages, seen } = connectTo(server.url, options)
    await seen('closed')
    expect(messages).toEqual(['at once'])
  })

  it('may stop reading and answer nothing: close() ends all the same', async () => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      socket.pause()
    })
    const { connection, seen } = connectTo(server.url, {
      ...options,
      closeTimeout: 100,
      queue: { maxBytes: 64 * 1024 * 1024, maxMessages: 1_000 },
    })
    await seen('open')
    const message = 'x'.repeat(64 * 1024)
    for (let i = 0; i < 500; i++) connection.send(message)
    await waitFor(() => connection.outbox.nativeBufferedAmount > message.length + FRAME_HEADER)
    const report = await connection.close(1000, '', { drainTimeout: 50 })
    expect(report).toMatchObject({ code: 1006, wasClean: false })
    expect(report.undelivered.length + connection.outbox.written).toBe(500)
  })
})

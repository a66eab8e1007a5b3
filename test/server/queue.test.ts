import { constant } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { integer, pick, seeded } from '../support/random.ts'
import type { TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { FRAME_HEADER, nativeClasses } from './native-classes.ts'
import { recorded } from './recorded-socket.ts'
import { startLine } from './set-up.ts'

const KIB = 1024

/** Numbered messages of the given length. */
function numbered(count: number, length: (index: number) => number): string[] {
  return Array.from({ length: count }, (_, index) => `${index};`.padEnd(length(index), '.'))
}

/** The number of a message that {@link numbered} made. */
function numberOf(message: unknown): number {
  return Number.parseInt(String(message), 10)
}

function numbersOf(messages: readonly unknown[]): number[] {
  return messages.map(numberOf)
}

function upTo(count: number): number[] {
  return [...Array(count).keys()]
}

describe.each(nativeClasses)('the send queue, with the class of %s', (_, Native) => {
  it.each([
    { count: 10_000, highWaterMark: 256 * KIB },
    { count: 2_000, highWaterMark: 16 * KIB },
  ])(
    'drains $count × 1 KiB that came while down, in order, once, with at most $highWaterMark bytes in the native buffer',
    async ({ count, highWaterMark }) => {
      const { server, proxy } = await startLine()
      const { WebSocket, sockets, ...recording } = recordedWithPeak(Native)
      await proxy.refuse()
      const { connection, seen } = connectTo(proxy.url, {
        environment: { WebSocket },
        reconnect: { backoff: constant(20) },
        queue: { highWaterMark },
      })
      await seen('waiting')
      for (const message of numbered(count, () => KIB)) connection.send(message)
      expect(connection.outbox).toMatchObject({ queued: count, queuedBytes: count * KIB, written: 0 })
      expect(connection.bufferedAmount).toBe(count * KIB)
      await proxy.refuse(false)
      await server.waitFor(({ received }) => received.length === count, 20_000)
      expect(numbersOf(server.messages)).toEqual(upTo(count))
      expect(connection.outbox).toMatchObject({
        queued: 0,
        queuedBytes: 0,
        accepted: count,
        written: count,
      })
      expect(recording.peak()).toBeLessThanOrEqual(highWaterMark + KIB + FRAME_HEADER)
      expect(sockets.filter(({ sent }) => sent.length > 0)).toHaveLength(1)
    },
  )

  it('holds back from a reader that stalls, and delivers everything when it reads on', async () => {
    const { server, proxy } = await startLine()
    const { WebSocket, ...recording } = recordedWithPeak(Native)
    const highWaterMark = 256 * KIB
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket },
      queue: { highWaterMark, maxBytes: 64 * KIB * KIB },
    })
    await seen('open')
    proxy.stall()
    const count = 500
    for (const message of numbered(count, () => 64 * KIB)) connection.send(message)
    // The buffers of the kernel fill first.
    await waitFor(() => connection.outbox.nativeBufferedAmount >= highWaterMark, { what: 'backpressure' })
    const { queued, queuedBytes, nativeBufferedAmount } = connection.outbox
    expect(queued).toBeGreaterThan(count / 2)
    expect(queuedBytes).toBe(queued * 64 * KIB)
    expect(connection.bufferedAmount).toBe(queuedBytes + nativeBufferedAmount)
    proxy.stall(false)
    await server.waitFor(({ received }) => received.length === count, 20_000)
    expect(numbersOf(server.messages)).toEqual(upTo(count))
    expect(recording.peak()).toBeLessThanOrEqual(highWaterMark + 64 * KIB + FRAME_HEADER)
  })

  it('keeps the order on a throttled line, of what is queued and what comes meanwhile', async () => {
    const { server, proxy } = await startLine()
    const random = seeded(7)
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket: Native },
      queue: { highWaterMark: 32 * KIB },
    })
    const messages = numbered(400, () => integer(random, 8, 4 * KIB))
    for (const message of messages.slice(0, 200)) connection.send(message)
    await seen('open')
    proxy.throttle(1_500_000)
    for (const message of messages.slice(200)) {
      connection.send(message)
      if (random() < 0.1) await server.waitFor(({ received }) => received.length > 0)
    }
    await server.waitFor(({ received }) => received.length === 400, 10_000)
    expect(server.messages).toEqual(messages)
  })

  it('keeps text, buffers and Blobs in order', async () => {
    const { server, proxy } = await startLine()
    const random = seeded(11)
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket: Native },
      queue: { highWaterMark: 8 * KIB },
    })
    const messages = numbered(300, () => integer(random, 8, 4 * KIB))
    const encoder = new TextEncoder()
    const send = (message: string) => {
      connection.send(pick(random, [message, encoder.encode(message), new Blob([message])]))
    }
    for (const message of messages.slice(0, 150)) send(message)
    await seen('open')
    for (const message of messages.slice(150)) send(message)
    await server.waitFor(({ received }) => received.length === 300, 10_000)
    expect(server.messages.map(String)).toEqual(messages)
  })

  it.each([1, 2, 3])('loses nothing that is queued when killed in the middle, seed %i', async (seed) => {
    const random = seeded(seed)
    const { server, proxy } = await startLine()
    const { WebSocket, sockets } = recorded(Native)
    let dials = 0
    const { connection, seen } = connectTo(() => `${proxy.url}/${dials++}`, {
      environment: { WebSocket },
      reconnect: { backoff: constant(5), shouldReconnect: () => true },
      queue: { highWaterMark: 64 * KIB, maxMessages: 100_000, maxBytes: 64 * KIB * KIB },
    })
    const faults = [
      () => proxy.reset(),
      () => proxy.cut(),
      () => server.terminateAll(),
      () => server.closeAll(1011),
      () => server.closeAll(1001),
    ]
    const rounds = 10
    const messages = numbered(rounds * 1_000, () => integer(random, 8, 2 * KIB))
    const unsent = [...messages]
    const send = (count: number) => {
      for (const message of unsent.splice(0, count)) connection.send(message)
    }
    for (let round = 1; round <= rounds; round++) {
      await seen('open', round)
      send(600)
      const target = server.received.length + integer(random, 1, 600)
      await server.waitFor(({ received }) => received.length >= target)
      pick(random, faults)()
      // The first ones go to the dying socket, the others wait.
      send(200)
      await seen('waiting', round)
      send(200)
    }
    await seen('open', rounds + 1)
    connection.send('end')
    await server.waitFor(({ received }) => received.at(-1)?.data === 'end')

    // Each message was written once, to one socket, in order: what died in a socket's buffer is not sent again.
    const sent = sockets.flatMap((socket) => socket.sent)
    expect(sent.map(String)).toEqual([...messages, 'end'])
    // What each connection got is the beginning of what was written to it.
    for (const [socket, received] of byDial(server)) {
      expect(received).toEqual(sockets[socket]?.sent.slice(0, received.length))
    }
    expect(server.received.length).toBeGreaterThan(rounds * 200)
    expect(connection.outbox).toMatchObject({
      queued: 0,
      dropped: 0,
      accepted: sent.length,
      written: sent.length,
    })
  })
})

/** What came, under the number of the dial that its connection was made by. */
function byDial(server: TestServer): Map<number, unknown[]> {
  const accepted = server.handshakes.filter(({ outcome }) => outcome === 'accepted')
  const messages = new Map<number, unknown[]>()
  for (const { connection, data } of server.received) {
    const dial = Number(accepted[connection]?.url.slice(1))
    const list = messages.get(dial)
    if (list) list.push(data)
    else messages.set(dial, [data])
  }
  return messages
}

function recordedWithPeak(Native: Parameters<typeof recorded>[0]) {
  const recording = recorded(Native)
  return { WebSocket: recording.WebSocket, sockets: recording.sockets, peak: () => recording.peak }
}

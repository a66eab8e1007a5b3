import { setTimeout as delay } from 'node:timers/promises'
import { connect, constant, text } from '@holdfast/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FaultyProxy } from '../support/faulty-proxy.ts'
import { integer, pick, type Random, seeded } from '../support/random.ts'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startLine } from './set-up.ts'

const KIB = 1024

/** Set to replay a failure. */
const SEED = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Does a fault to the line, for as long as it lasts. */
async function disturb(proxy: FaultyProxy, random: Random): Promise<void> {
  const fault = pick(random, ['reset', 'reset', 'cut', 'stall', 'blackHole', 'refuse'] as const)
  const lasts = integer(random, 1, 15)
  switch (fault) {
    case 'reset':
    case 'cut':
      return proxy[fault]()
    case 'stall':
      proxy.stall()
      await delay(lasts)
      return proxy.stall(false)
    case 'refuse':
      await proxy.refuse()
      proxy.reset()
      await delay(lasts)
      return proxy.refuse(false)
    case 'blackHole':
      // Everything is taken and nothing comes, until the network notices.
      proxy.blackHole()
      await delay(lasts)
      proxy.reset()
      return proxy.blackHole(false)
    default:
      fault satisfies never
  }
}

describe.each(nativeClasses)('acknowledged delivery, with the class of %s', (_, WebSocket) => {
  it(`gets every message through hundreds of faults, once and in order (seed ${SEED})`, async () => {
    const count = 100_000
    const faults = 250
    const random = seeded(SEED)
    const { server, proxy } = await startLine()
    // What a server has to do: keep the newest id, and answer with it whether it is news or not.
    const arrived: number[] = []
    server.onMessage = (socket, data) => {
      const id = Number.parseInt(String(data), 10)
      if (id === arrived.length) arrived.push(id)
      socket.send(`ack ${id}`)
      // Beside the answers, so that both directions are busy.
      if (id % 10 === 0) socket.send('news')
    }
    const connection = connect(proxy.url, {
      codec: text(),
      environment: { WebSocket },
      reconnect: { backoff: constant(2) },
      connectTimeout: 500,
      queue: { maxMessages: count },
      delivery: {
        id: (message) => message.slice(0, message.indexOf(';')),
        acknowledged: (incoming) => (incoming.startsWith('ack ') ? incoming.slice(4) : undefined),
      },
    })
    onTestFinished(() => void connection.close(1000, '', { drainTimeout: 0 }))

    let sent = 0
    let done = 0
    const isOver = () => arrived.length === count && connection.outbox.inFlight === 0
    while (!isOver()) {
      // As an application sends: not all at once.
      const share = Math.ceil((count * (done + 1)) / faults)
      for (; sent < Math.min(count, share); sent++) connection.send(`${sent};${'.'.repeat(sent % 64)}`)
      if (done < faults) await disturb(proxy, random)
      await delay(integer(random, 2, 25))
      done += 1
      expect(done, 'rounds').toBeLessThan(faults + 1_000)
    }

    // In order by construction; so nothing was missed before it either.
    expect(arrived).toHaveLength(count)
    const { accepted, written, recovered, dropped, acknowledged, unconfirmed } = connection.outbox
    expect({ accepted, dropped, acknowledged, unconfirmed }).toEqual({
      accepted: count,
      dropped: 0,
      acknowledged: count,
      unconfirmed: 0,
    })
    expect(written).toBe(accepted + recovered)
    expect(recovered).toBeGreaterThan(0)
    expect(server.accepted).toBeGreaterThan(faults / 4)
    expect(await connection.close()).toMatchObject({ undelivered: [], unconfirmed: [], wasClean: true })
  }, 120_000)

  it('has each deliver() resolve once its answer has come', async () => {
    const { server, proxy } = await startLine()
    server.onMessage = (socket, data) => socket.send(`ack ${String(data)}`)
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket },
      delivery: {
        id: (message) => String(message),
        acknowledged: (incoming) =>
          String(incoming).startsWith('ack ') ? String(incoming).slice(4) : undefined,
      },
    })
    await seen('open')
    proxy.blackHole(true, 'down')
    const receipts = ['1', '2', '3'].map((id) => connection.deliver(id))
    await server.waitFor(({ received }) => received.length === 3)
    proxy.reset()
    proxy.blackHole(false)
    expect(await Promise.all(receipts)).toEqual(Array(3).fill({ status: 'acknowledged' }))
    // They had arrived, and were sent again: the answers were lost.
    expect(server.messages).toEqual(['1', '2', '3', '1', '2', '3'])
  })
})

describe.each(nativeClasses)('without acknowledgements, with the class of %s', (_, WebSocket) => {
  it('sends nothing twice after a reset with a full buffer, and tells what nothing proves', async () => {
    const { server, proxy } = await startLine()
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket },
      reconnect: { backoff: constant(5) },
      queue: { highWaterMark: 16 * KIB * KIB, maxBytes: 64 * KIB * KIB, keepWritten: Infinity },
    })
    const unconfirmed: unknown[] = []
    connection.events$.subscribe((event) => {
      if (event.type === 'unconfirmed') unconfirmed.push(...event.messages)
    })
    await seen('open')
    proxy.stall()
    const count = 1_200
    for (let i = 0; i < count; i++) connection.send(`${i};`.padEnd(16 * KIB, '.'))
    await waitFor(() => connection.outbox.nativeBufferedAmount > KIB * KIB, { what: 'a full buffer' })
    proxy.reset()
    proxy.stall(false)
    await seen('open', 2)
    connection.send('after')
    await server.waitFor(({ messages }) => messages.at(-1) === 'after')
    const ids = server.messages.slice(0, -1).map((message) => Number.parseInt(String(message), 10))
    expect(new Set(ids).size).toBe(ids.length)
    const told = new Set(unconfirmed.map((message) => Number.parseInt(String(message), 10)))
    for (let i = 0; i < count; i++) {
      if (!ids.includes(i)) expect(told.has(i), `${i} is told of`).toBe(true)
    }
    expect(ids.length).toBeLessThan(count)
  })

  it('tells of all that a reset has taken, what it has not kept by number, and of nothing that a pong proves', async () => {
    const { server, proxy } = await startLine()
    server.onMessage = (socket, data) => {
      if (String(data) === 'ping') socket.send('pong')
    }
    const isReply = (incoming: unknown) => incoming === 'pong'
    const { connection, seen } = connectTo(proxy.url, {
      environment: { WebSocket },
      heartbeat: { message: () => 'ping', isReply, interval: 20, timeout: 60_000 },
      queue: { maxMessages: Infinity, maxBytes: Infinity },
    })
    const told: { count: number; older: number }[] = []
    connection.events$.subscribe((event) => {
      if (event.type === 'unconfirmed') told.push(event)
    })
    await seen('open')
    const proven = 1_000
    for (let i = 0; i < proven; i++) connection.send(`${i};`.padEnd(KIB, '.'))
    // The second goes out once the first was answered.
    await server.waitFor(
      ({ messages }) => messages.length > proven && messages.slice(-2).every((message) => message === 'ping'),
    )
    proxy.stall()
    const count = 20_000
    for (let i = proven; i < count; i++) connection.send(`${i};`.padEnd(KIB, '.'))
    await waitFor(() => connection.outbox.written > proven + 1_000, { what: 'more on the line than is kept' })
    proxy.reset()
    proxy.stall(false)
    await seen('open', 2)
    await waitFor(() => connection.outbox.queued === 0, { what: 'an empty queue' })
    connection.send('last')
    await server.waitFor(({ messages }) => messages.includes('last'))
    const arrived = new Set(server.messages.map((message) => Number.parseInt(String(message), 10)))
    const lost = Array.from({ length: count }, (_, id) => id).filter((id) => !arrived.has(id))
    expect(told).toHaveLength(1)
    const { count: kept = 0, older = 0 } = told[0] ?? {}
    expect(lost.length).toBeGreaterThan(kept)
    expect(kept + older).toBeGreaterThanOrEqual(lost.length)
    expect(kept + older).toBeLessThanOrEqual(count - proven)
  })

  it.each<[string, (line: { proxy: FaultyProxy; connection: ReturnType<typeof connect> }) => void]>([
    ['gives up', ({ connection }) => connection.reconnect()],
    ['loses by a reset', ({ proxy }) => proxy.reset()],
  ])('rejects deliver() of what is in the native buffer of a socket that it %s', async (_, act) => {
    const { proxy } = await startLine()
    const queue = { highWaterMark: Infinity }
    const { connection, seen } = connectTo(proxy.url, { queue, environment: { WebSocket } })
    const unconfirmed: unknown[] = []
    connection.events$.subscribe((event) => {
      if (event.type === 'unconfirmed') unconfirmed.push(...event.messages)
    })
    await seen('open')
    proxy.stall()
    // More than the buffers of the system take.
    const huge = new Uint8Array(15 * KIB * KIB)
    connection.send(huge)
    const receipt = connection.deliver('behind it')
    const outcome = receipt.catch((error: unknown) => error)
    await waitFor(() => connection.outbox.nativeBufferedAmount > huge.length / 2)
    act({ proxy, connection })
    expect(await outcome).toMatchObject({ code: 'DROPPED', reason: 'closed' })
    expect(unconfirmed).toEqual(['behind it'])
  })

  it("resolves deliver() with 'written' when the message has left", async () => {
    const { server, proxy } = await startLine()
    const { connection } = connectTo(proxy.url, { environment: { WebSocket } })
    const receipts = Promise.all([connection.deliver('a'), connection.deliver('b')])
    expect(await receipts).toEqual([{ status: 'written' }, { status: 'written' }])
    await server.waitFor(({ messages }) => messages.length === 2)
    expect(server.messages).toEqual(['a', 'b'])
  })
})

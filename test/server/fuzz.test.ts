import { constant } from '@holdfast/core'
import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { countedTimers } from '../support/counted-timers.ts'
import { EDGES } from '../support/edge-codes.ts'
import { openChoosyServer, openClosingServer } from '../support/hostile-servers.ts'
import { integer, pick, seeded } from '../support/random.ts'
import type { RandomServer } from '../support/random-server.ts'
import { acceptHandshake, closeFrame } from '../support/raw-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { type Client, type ClientOptions, connectTo } from './client.ts'
import { illegalIn } from './legal-states.ts'
import { letGo } from './let-go.ts'
import { nativeClasses } from './native-classes.ts'
import { startRandomServer, startRawServer } from './set-up.ts'
import { type Watch, watched } from './watched-socket.ts'

/** Set to replay one failure. */
const { HOLDFAST_SEED } = process.env
const FIRST = Math.floor(Math.random() * 2 ** 31)
const RUNS = 6
const SEEDS = HOLDFAST_SEED ? [Number(HOLDFAST_SEED)] : Array.from({ length: RUNS }, (_, run) => FIRST + run)

interface Run {
  readonly client: Client
  readonly server: RandomServer
  readonly watch: Watch
  readonly timers: ReturnType<typeof countedTimers>
  /** Messages that send() took. */
  readonly sent: readonly string[]
}

/** Meets a client with chance for a while, behaves then, and resolves when a message sent afterwards has come. */
async function run(seed: number, Native: Watch['WebSocket'], options: ClientOptions): Promise<Run> {
  const random = seeded(seed)
  const watch = watched(Native)
  const timers = countedTimers()
  const sent: string[] = []
  const send = (count: number) => {
    for (let left = count; left > 0; left--) {
      const message = `message ${sent.length}`
      client.connection.send(message)
      sent.push(message)
    }
  }
  let isOver = false
  const sendSome = () => isOver || send(integer(random, 0, 2))
  // At any other time too: between a close frame and its event, say.
  const sendAtTimes = () => {
    if (isOver) return
    // undici may say for 3 s that it is closing: a fast machine fills the queue meanwhile, and chance ends by the error.
    if (random() < 0.02 && client.connection.outbox.queued < 1_000) send(1)
    setImmediate(sendAtTimes)
  }
  const server = await startRandomServer({
    seed,
    hostile: integer(random, 3, 8),
    mayBeSilent: options.heartbeat !== undefined,
    moving: sendSome,
  })
  let dials = 0
  const client = connectTo(() => `${server.url}/${dials++}`, {
    connectTimeout: 50,
    binaryType: pick(random, ['blob', 'arraybuffer']),
    ...options,
    environment: { WebSocket: watch.WebSocket, random, ...timers },
    reconnect: { backoff: constant(0), shouldReconnect: () => true },
  })
  client.connection.state$.subscribe(sendSome)
  sendAtTimes()
  onTestFinished(() => {
    isOver = true
  })
  await waitFor(() => client.connection.state.status === 'open' && server.visits.at(-1)?.isGood)
  send(1)
  isOver = true
  await waitFor(() => server.visits.at(-1)?.received.includes(sent.at(-1) ?? ''), {
    what: 'the last message',
  })
  return { client, server, watch, timers, sent }
}

async function endsWell({ client, server, watch, timers }: Run): Promise<void> {
  const { connection, states, errors } = client
  expect(await connection.close(1000)).toMatchObject({ code: 1000, wasClean: true, undelivered: [] })
  expect(illegalIn(states)).toEqual([])
  expect(errors.filter(({ code }) => code !== 'CONNECT_TIMEOUT')).toEqual([])
  expect(watch.wrong).toEqual([])
  expect(timers.pending.size).toBe(0)
  // Not 3: undici stays at 2 when it is closed while it connects. The listener for errors stays on purpose.
  expect(watch.sockets.filter(({ readyState, listening }) => readyState < 2 || listening > 1)).toEqual([])
  // undici keeps the TCP connections of handshakes that it does not accept: no close() of ours reaches them.
  await waitFor(() => server.visits.every(({ wasOpen, isGone }) => isGone || !wasOpen))
  const { accepted, recovered, written, dropped, queued } = connection.outbox
  expect(accepted + recovered).toBe(written + dropped + queued)
}

describe.each(nativeClasses)('against a server of chance, with the class of %s, a client', (_, Native) => {
  it.each(SEEDS)('keeps its promises (seed %i)', async (seed) => {
    const all = await run(seed, Native, {})
    const { server, watch, sent } = all
    // Each message was given to one socket, in order; what came over each connection is the head of that.
    expect(watch.sockets.flatMap((socket) => socket.sent)).toEqual(sent)
    for (const { dial, isGood, received } of server.visits) {
      const given = watch.sockets[dial]?.sent ?? []
      expect(received).toEqual(isGood ? given : given.slice(0, received.length))
    }
    await endsWell(all)
  })

  it.each(SEEDS)('with acknowledgements gets everything there in order (seed %i)', async (seed) => {
    const all = await run(seed, Native, {
      delivery: { id: String, acknowledged: (data) => /^ack (.*)/.exec(String(data))?.[1] },
      heartbeat: { message: () => 'ping', interval: 50, timeout: 50 },
    })
    const messages = all.server.visits.map(({ received }) => received.filter((one) => one !== 'ping'))
    const gone = letGo(all.watch.sockets)
    const staying = (all: readonly string[]) => all.filter((message) => !gone.has(message))
    // The first time that each came: all of them, in order. Over one connection none comes twice.
    expect(staying([...new Set(messages.flat())])).toEqual(staying(all.sent))
    for (const received of messages) expect(new Set(received).size).toBe(received.length)
    await waitFor(() => all.client.connection.outbox.inFlight === 0)
    expect(all.client.connection.outbox.dropped).toBe(gone.size)
    await endsWell(all)
  })

  it(`understands close codes of every value, and comes back for each (seed ${SEEDS[0]})`, async () => {
    const random = seeded(SEEDS[0] ?? 0)
    const codes = [...EDGES, ...Array.from({ length: 60 }, () => integer(random, 0, 65_535))]
    const server = await openClosingServer()
    onTestFinished(() => server.close())
    const { connection, states } = connectTo(server.url, { environment: { WebSocket: Native } })
    for (const code of codes) {
      connection.send(String(code))
      connection.open()
      const over = connection.state$.pipe(filter(({ status }) => status === 'waiting' || status === 'closed'))
      const state = await firstValueFrom(over)
      const told = state.status === 'waiting' ? state.cause : state
      const expected = isOnWire(code)
        ? { code, reason: 'why', wasClean: true }
        : { code: 1006, wasClean: false }
      expect(told, `closed with ${code}`).toMatchObject(expected)
    }
    expect(server.received).toEqual(codes.map(String))
    expect(illegalIn(states)).toEqual([])
  })

  it('may offer 10,000 subprotocols: to a server that refuses so many, and to one that takes the last', async () => {
    const protocols = Array.from({ length: 10_000 }, (_, index) => `chat.v${index}`)
    const server = await openChoosyServer()
    onTestFinished(() => server.close())
    const { states, seen } = connectTo(server.url, {
      protocols,
      environment: { WebSocket: Native },
      reconnect: { backoff: constant(0) },
    })
    expect(await seen('open')).toMatchObject({ protocol: 'chat.v9999', attempt: 2 })
    expect(server.offered).toEqual([protocols, protocols])
    expect(illegalIn(states)).toEqual([])
  })

  // Ten times as fast for the message, which is given 3 s; a heartbeat goes by the clock as well.
  it.each<[string, Partial<ClientOptions>, number]>([
    ['its heartbeat', { heartbeat: { message: () => 'ping', interval: 50, timeout: 50 } }, 1],
    ['a message that waits', {}, 10],
  ])('notices by %s that a server has said goodbye and keeps the connection', async (by, options, speed) => {
    const server = await startRawServer((socket, head) => {
      acceptHandshake(socket, head)
      if (server.accepted === 1) socket.write(closeFrame(1011))
    })
    const { WebSocket, sockets } = watched(Native)
    const { connection, seen } = connectTo(server.url, {
      environment: { WebSocket, setTimeout: (callback, ms) => setTimeout(callback, ms / speed) },
      reconnect: { backoff: constant(0) },
      ...options,
    })
    await waitFor(() => (sockets[0]?.readyState ?? 0) >= 2)
    if (by === 'its heartbeat') await seen('waiting')
    connection.send('still well')
    await seen('waiting')
    await waitFor(() => connection.outbox.written === 1)
  })
})

/** Whether a close frame may carry it (RFC 6455 §7.4), as ws and undici see it. */
function isOnWire(code: number): boolean {
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  )
}

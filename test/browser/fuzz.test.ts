import { type ConnectionState, constant } from '@holdfast/core'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { connectTo } from '../server/client.ts'
import { illegalIn } from '../server/legal-states.ts'
import { letGo } from '../server/let-go.ts'
import { watched } from '../server/watched-socket.ts'
import { countedTimers } from '../support/counted-timers.ts'
import { EDGES } from '../support/edge-codes.ts'
import { integer, pick, type Random, seeded } from '../support/random.ts'
import { host, quirks } from './host.ts'
import { startHostile } from './line.ts'

const FIRST = inject('seed')
const RUNS = 3
const SEEDS = inject('isReplay') ? [FIRST] : Array.from({ length: RUNS }, (_, run) => FIRST + run)

const APIS = ['connect', 'ReconnectingWebSocket'] as const
type Api = (typeof APIS)[number]

const ACKNOWLEDGED = {
  delivery: { id: String, acknowledged: (data: unknown) => /^ack (.*)/.exec(String(data))?.[1] },
  heartbeat: { message: () => 'ping', interval: 100, timeout: 100 },
}

/** Either API, as far as these tests use it. */
interface Subject {
  readonly state: ConnectionState
  send(message: string): void
  open(): void
  close(): Promise<unknown>
  /** Messages that it told of as lost, or as perhaps lost. */
  readonly told: ReadonlySet<unknown>
  /** What it told that cannot be. */
  readonly wrong: () => readonly unknown[]
}

const BROKEN_OFF = { code: 1006, reason: '', wasClean: false }

/** How the browser's own class tells that a server has closed, once it has been sent a message. */
function nativeClose(url: string, message: string): Promise<typeof BROKEN_OFF> {
  const socket = new WebSocket(url)
  socket.onopen = () => socket.send(message)
  return new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean })
  })
}

function start(api: Api, url: string | (() => string), options: Parameters<typeof connectTo>[1]): Subject {
  const told = new Set<unknown>()
  if (api === 'connect') {
    const { connection, states, errors } = connectTo(url, options)
    connection.events$.subscribe((event) => {
      if (event.type === 'unconfirmed') for (const message of event.messages) told.add(message)
    })
    return {
      get state() {
        return connection.state
      },
      told,
      send: (message) => connection.send(message),
      open: () => connection.open(),
      close: () => connection.close(1000),
      wrong: () => [...illegalIn(states, 'any'), ...errors.filter(({ code }) => code !== 'CONNECT_TIMEOUT')],
    }
  }
  const { codec: _, ...rest } = options
  const socket = new ReconnectingWebSocket(url, options.protocols, rest)
  onTestFinished(() => socket.close())
  const wrong: string[] = []
  let last = 'close'
  for (const type of ['open', 'message', 'close']) {
    socket.addEventListener(type, () => {
      // A dial that fails is a 'close' without an 'open'.
      const follows = type === 'open' ? last === 'close' : type === 'close' || last !== 'close'
      if (!follows) wrong.push(`'${type}' after '${last}'`)
      last = type
    })
  }
  return {
    get state() {
      return socket.state
    },
    told,
    send: (message) => socket.send(message),
    open: () => socket.open(),
    close: () => {
      const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }))
      socket.close(1000)
      return closed
    },
    wrong: () => wrong,
  }
}

/** Meets a client with chance for a while, behaves then, and resolves when a message sent afterwards has come. */
async function run(api: Api, seed: number, options: Parameters<typeof connectTo>[1]) {
  const random = seeded(seed)
  const server = await startHostile('random', {
    seed,
    hostile: quirks.holdsDialsBack ? 3 : integer(random, 3, 8),
    mayBeSilent: options.heartbeat !== undefined,
  })
  const watch = watched(WebSocket)
  const { pending, ...timers } = countedTimers()
  let dials = 0
  const subject = start(api, () => `${server.url}/${dials++}`, {
    connectTimeout: 300,
    binaryType: pick(random, ['blob', 'arraybuffer']),
    queue: { keepWritten: Infinity },
    ...options,
    environment: { WebSocket: watch.WebSocket, random, ...timers },
    reconnect: { backoff: constant(0), shouldReconnect: () => true },
  })
  const sent: string[] = []
  const send = () => {
    sent.push(`message ${sent.length}`)
    subject.send(sent.at(-1) ?? '')
  }
  const stop = sendAtTimes(random, send)
  const isGood = async () => {
    const { visits } = await server.report()
    expect(subject.state.status === 'open' && visits.at(-1)?.isGood).toBe(true)
  }
  await vi.waitFor(isGood, { timeout: 20_000, interval: 50 })
  stop()
  send()
  const isThere = async () => expect((await server.report()).visits.at(-1)?.received).toContain(sent.at(-1))
  await vi.waitFor(isThere, { timeout: 5_000, interval: 20 })
  const { visits } = await server.report()
  return { subject, watch, pending, sent, visits }
}

/** Between a close frame and its event, too. */
function sendAtTimes(random: Random, send: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>
  const next = () => {
    for (let left = integer(random, 0, 2); left > 0; left--) send()
    timer = setTimeout(next, integer(random, 0, 20))
  }
  next()
  onTestFinished(() => clearTimeout(timer))
  return () => clearTimeout(timer)
}

async function endsWell({ subject, watch, pending }: Awaited<ReturnType<typeof run>>): Promise<void> {
  await subject.close()
  expect(subject.state).toMatchObject({ status: 'closed', code: 1000, wasClean: true })
  expect(subject.wrong()).toEqual([])
  expect(watch.wrong).toEqual([])
  await vi.waitFor(() => expect(pending.size).toBe(0))
  expect(watch.sockets.filter(({ readyState, listening }) => readyState < 2 || listening > 1)).toEqual([])
}

describe.each(APIS)('%s, in a page, against a server of chance', (api) => {
  it.each(SEEDS)('sends in order, nothing twice and nothing lost in silence (seed %i)', async (seed) => {
    const all = await run(api, seed, {})
    const { watch, visits, sent, subject } = all
    // What came over each connection is the head of what its socket was given.
    for (const { dial, received } of visits) {
      expect(received).toEqual(watch.sockets[dial]?.sent.slice(0, received.length))
    }
    const received = visits.flatMap((visit) => visit.received)
    expect(new Set(received).size).toBe(received.length)
    await endsWell(all)
    if (api === 'connect') {
      expect(sent.filter((message) => !received.includes(message) && !subject.told.has(message))).toEqual([])
    }
  })

  it.each(SEEDS)('with acknowledgements gets everything there in order (seed %i)', async (seed) => {
    const all = await run(api, seed, ACKNOWLEDGED)
    const messages = all.visits.map(({ received }) => received.filter((one) => one !== 'ping'))
    const gone = letGo(all.watch.sockets)
    const staying = (all: readonly string[]) => all.filter((message) => !gone.has(message))
    // The first time that each came: all of them, in order. Over one connection none comes twice.
    expect(staying([...new Set(messages.flat())])).toEqual(staying(all.sent))
    for (const received of messages) expect(new Set(received).size).toBe(received.length)
    await endsWell(all)
  })

  it(`understands close codes of every value, and comes back for each (seed ${FIRST})`, async () => {
    const random = seeded(FIRST)
    const codes = [...EDGES, ...Array.from({ length: 30 }, () => integer(random, 0, 65_535))]
    const server = await startHostile('closing')
    const other = await startHostile('closing')
    // Its wait is seen: with one of chance it may be over before the next look.
    const subject = start(api, server.url, { reconnect: { backoff: constant(60_000) } })
    for (const code of codes) {
      subject.open()
      subject.send(String(code))
      const isOver = () => expect(['waiting', 'closed']).toContain(subject.state.status)
      await vi.waitFor(isOver, { timeout: 5_000, interval: 5 })
      const { state } = subject
      const told = state.status === 'waiting' ? state.cause : state
      const native = await nativeClose(other.url, String(code))
      const { wasClean, ...rest } = native
      expect(told, `closed with ${code}`).toMatchObject(quirks.isUndecided ? rest : native)
      // Chromium hands on all but these three, which RFC 6455 §7.4.1 keeps off the wire.
      const isKeptOff = [1005, 1006, 1015].includes(code)
      const expected = isKeptOff ? BROKEN_OFF : { code, reason: 'why', wasClean: true }
      if (host === 'chromium') expect(native).toEqual(expected)
    }
    expect((await server.report()).received).toEqual(codes.map(String))
    expect(subject.wrong()).toEqual([])
  })

  it('may offer 10,000 subprotocols: to a server that refuses so many, and to one that takes the last', async () => {
    const protocols = Array.from({ length: 10_000 }, (_, index) => `chat.v${index}`)
    const server = await startHostile('choosy')
    const subject = start(api, server.url, { protocols, reconnect: { backoff: constant(0) } })
    const isOpen = () =>
      expect(subject.state).toMatchObject({ status: 'open', protocol: 'chat.v9999', attempt: 2 })
    await vi.waitFor(isOpen, { timeout: 10_000 })
    expect((await server.report()).offered).toEqual([protocols, protocols])
    expect(subject.wrong()).toEqual([])
  })
})

import { WebSocket as MockSocket, Server } from 'mock-socket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConnectionEvent, type ConnectionState, connect, constant } from './index.ts'

const URL = 'ws://mock.test/room'
const CUT = { code: 1006, reason: '', wasClean: false }

/** mock-socket lets a handshake take 4 ms, and a message as long. */
const TURN = 10

let server: Server | undefined

/** A server that keeps what it is sent. */
function startServer(): { server: Server; received: unknown[] } {
  const received: unknown[] = []
  const started = new Server(URL, { mock: false })
  started.on('connection', (socket) => {
    socket.on('message', (message) => received.push(message))
  })
  server = started
  return { server: started, received }
}

function setUp() {
  const connection = connect(URL, {
    reconnect: { backoff: constant(1_000) },
    environment: { WebSocket: MockSocket },
  })
  const states: ConnectionState[] = []
  const messages: unknown[] = []
  const events: ConnectionEvent[] = []
  connection.state$.subscribe((state) => states.push(state))
  connection.messages$.subscribe((message) => messages.push(message))
  connection.events$.subscribe((event) => events.push(event))
  return { connection, messages, events, statuses: () => states.map(({ status }) => status) }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  server?.stop()
  server = undefined
  vi.useRealTimers()
})

const pass = (ms = TURN) => vi.advanceTimersByTimeAsync(ms)

describe('a connection through mock-socket, with the fake timers of the test runner', () => {
  it('opens, sends, receives and closes', async () => {
    const { server, received } = startServer()
    const { connection, messages, statuses } = setUp()
    await pass()
    connection.send('hello')
    await pass()
    for (const client of server.clients()) client.send('hi')
    await pass()
    expect(received).toEqual(['hello'])
    expect(messages).toEqual(['hi'])
    const report = connection.close(1000, 'bye')
    await pass()
    expect(await report).toEqual({
      code: 1000,
      reason: 'bye',
      wasClean: true,
      undelivered: [],
      unconfirmed: [],
    })
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'closing', 'closed'])
    await pass(1_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has no bufferedAmount and no extensions, which does no harm', async () => {
    startServer()
    const { connection } = setUp()
    await pass()
    for (let i = 0; i < 3; i++) connection.send('x'.repeat(300_000))
    expect(connection).toMatchObject({ bufferedAmount: 0, extensions: '', protocol: '' })
    expect(connection.outbox).toMatchObject({ written: 3, queued: 0, nativeBufferedAmount: 0 })
  })

  it('takes a refused dial, which mock-socket closes with 1000, for a failed attempt', async () => {
    const { connection, events } = setUp()
    await pass()
    expect(connection.state).toMatchObject({
      status: 'waiting',
      attempt: 1,
      cause: { code: 1000, phase: 'connecting' },
    })
    expect(events.filter(({ type }) => type === 'lost')).toHaveLength(1)
    startServer()
    await pass(1_000)
    await pass()
    expect(connection.state).toMatchObject({ status: 'open', attempt: 2 })
  })

  it('comes back after 1006, and sends what was queued meanwhile', async () => {
    const { server } = startServer()
    const { connection, statuses } = setUp()
    await pass()
    server.close(CUT)
    await pass()
    expect(connection.state).toMatchObject({
      status: 'waiting',
      cause: { code: 1006, wasClean: false, phase: 'open' },
    })
    connection.send('queued')
    const { received } = startServer()
    await pass(1_000)
    await pass()
    expect(received).toEqual(['queued'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  it('stops after 1000 on an open connection', async () => {
    const { server } = startServer()
    const { connection } = setUp()
    await pass()
    server.close({ code: 1000, reason: 'done', wasClean: true })
    await pass()
    expect(connection.state).toMatchObject({ status: 'closed', by: 'verdict', code: 1000 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is given up while it connects without a trace', async () => {
    startServer()
    const { connection } = setUp()
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.state.status).toBe('connecting')
    expect(await connection.close()).toMatchObject({ code: 1006 })
    await pass(1_000)
    expect(connection.state).toMatchObject({ status: 'closed', by: 'user' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

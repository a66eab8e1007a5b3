import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'
import type { Signal } from './environment.ts'
import { isHoldfastError } from './errors.ts'
import type { HeartbeatOptions } from './heartbeat-options.ts'
import type { SignalName } from './signals.ts'
import { FakeSocket } from './testing/index.ts'

const CODES = [1000, 1001, 1002, 1006, 1006, 1006, 1008, 1009, 1011, 1012, 1013, 4401, 4403, 4500]

const PING = 'ping'

type Step =
  | { do: 'send'; size: number; ttl: number | undefined }
  | { do: 'drop'; code: number; events: 'both' | 'error' | 'close' }
  | { do: 'dials'; answer: 'accept' | 'hang' | 'refuse' }
  | { do: 'stall'; isStalled: boolean; answersClose: boolean }
  | { do: 'flush'; count: number }
  | { do: 'advance' | 'sleep'; ms: number }
  | { do: 'close'; drainTimeout: number }
  | { do: SignalName; value: boolean }
  | { do: 'open' | 'reconnect' | 'clear' | 'subscribe' | 'unsubscribe' | 'message' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('send'),
      size: fc.integer({ min: 5, max: 40 }),
      ttl: fc.constantFrom(undefined, undefined, undefined, 0, 50, 5_000),
    }),
    weight: 12,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('advance'),
      ms: fc.constantFrom(0, 1, 2, 5, 20, 100, 1_000, 7_000, 40_000),
    }),
    weight: 8,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('drop'),
      code: fc.constantFrom(...CODES),
      events: fc.constantFrom('both', 'error', 'close'),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('stall'),
      isStalled: fc.boolean(),
      answersClose: fc.boolean(),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('flush'), count: fc.integer({ min: 1, max: 5 }) }), weight: 3 },
  {
    arbitrary: fc.record({ do: fc.constant('dials'), answer: fc.constantFrom('accept', 'hang', 'refuse') }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('open', 'message', 'subscribe', 'unsubscribe') }), weight: 3 },
  fc.record({ do: fc.constantFrom('reconnect', 'clear') }),
  fc.record({ do: fc.constant('sleep'), ms: fc.constantFrom(100, 10_000) }),
  {
    arbitrary: fc.record({ do: fc.constantFrom('network', 'visibility', 'page'), value: fc.boolean() }),
    weight: 2,
  },
  fc.record({ do: fc.constant('close'), drainTimeout: fc.constantFrom(0, 100, 3_000) }),
)

const options = fc.record({
  lazy: fc.boolean(),
  asksUser: fc.boolean(),
  idleTimeout: fc.constantFrom(undefined, 500),
  maxAttempts: fc.constantFrom(2, Infinity),
  stableAfter: fc.constantFrom(0, 5_000),
  connectTimeout: fc.constantFrom(50, 10_000),
  heartbeat: fc.constantFrom<false | HeartbeatOptions>(
    false,
    { message: () => PING, interval: 500, timeout: 200 },
    { message: () => PING, interval: 20_000, timeout: 10_000 },
  ),
  queue: fc.record({
    maxMessages: fc.constantFrom(3, 10_000),
    maxBytes: fc.constantFrom(100, 1_000_000),
    overflow: fc.constantFrom('throw', 'drop-oldest', 'drop-newest'),
    highWaterMark: fc.constantFrom(1, 60, 1_000_000),
    ttl: fc.constantFrom(Infinity, 3_000),
  }),
})

type Given = typeof options extends fc.Arbitrary<infer T> ? T : never

/** Plays steps against a connection; what it promises is checked after each. */
class Play {
  readonly world: ReturnType<typeof setUp>
  readonly highWaterMark: number
  /** Messages that `send()` took, and what became of them. */
  readonly accepted = new Set<number>()
  readonly written = new Set<number>()
  readonly dropped = new Set<number>()
  /** What the host says of itself, and who listens. */
  readonly values: Record<SignalName, boolean> = { network: true, visibility: true, page: true }
  readonly set = new Map<SignalName, (value: boolean) => void>()
  #next = 0
  #lastWritten = -1
  #before = { accepted: 0, written: 0, dropped: 0 }
  #subscriptions: { unsubscribe(): void }[] = []

  constructor({
    lazy,
    asksUser,
    idleTimeout,
    maxAttempts,
    stableAfter,
    connectTimeout,
    queue,
    heartbeat,
  }: Given) {
    this.highWaterMark = queue.highWaterMark
    this.world = setUp({
      lazy,
      connectTimeout,
      queue,
      heartbeat,
      environment: {
        network: this.#signal('network'),
        visibility: this.#signal('visibility'),
        page: this.#signal('page'),
      },
      reconnect: { maxAttempts, stableAfter },
      ...(asksUser ? { url: async () => 'ws://fake.test/' } : {}),
      ...(lazy && idleTimeout !== undefined ? { idleTimeout } : {}),
    })
    const { server, connection } = this.world
    const play = this
    server.WebSocket.prototype.send = function (this: FakeSocket, data: never) {
      play.#onWrite(this, String(data))
      FakeSocket.prototype.send.call(this, data)
    }
    const received = server.received.bind(server)
    server.received = (socket, data) => {
      received(socket, data)
      // One that answers no close frame answers nothing: a black hole.
      if (data === PING && server.answersClose) socket.receive('pong')
    }
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped') this.#add(this.dropped, event.message)
    })
  }

  #signal(name: SignalName): Signal {
    return (set) => {
      this.set.set(name, set)
      set(this.values[name])
      return () => {
        // One that is replaced already was ended before.
        if (this.set.get(name) === set) this.set.delete(name)
      }
    }
  }

  #onWrite(socket: FakeSocket, text: string): void {
    expect(socket.readyState, 'readyState at a write').toBe(FakeSocket.OPEN)
    expect(socket, 'the socket written to').toBe(this.world.server.socket)
    expect(socket.bufferedAmount, 'buffered at a write').toBeLessThan(this.highWaterMark)
    if (text === PING) {
      expect(this.world.connection.state.status, 'state at a ping').toBe('open')
      return
    }
    const id = this.#add(this.written, text)
    expect(id, 'messages in the order of send()').toBeGreaterThan(this.#lastWritten)
    this.#lastWritten = id
  }

  #add(set: Set<number>, message: unknown): number {
    const id = Number.parseInt(String(message), 10)
    expect(this.written.has(id) || this.dropped.has(id), `${id} was written or dropped before`).toBe(false)
    set.add(id)
    return id
  }

  async take(step: Step): Promise<void> {
    const { connection, server, clock } = this.world
    switch (step.do) {
      case 'send':
        this.#send(step.size, step.ttl)
        break
      case 'drop':
        server.drop(step.code, '', step.events)
        break
      case 'dials':
        server[step.answer]()
        break
      case 'stall':
        server.isStalled = step.isStalled
        server.answersClose = step.answersClose
        break
      case 'flush':
        server.flush(step.count)
        break
      case 'advance':
        await clock.advance(step.ms)
        break
      case 'sleep':
        clock.sleep(step.ms)
        break
      case 'close':
        void connection.close(1000, '', { drainTimeout: step.drainTimeout })
        break
      case 'open':
      case 'reconnect':
      case 'clear':
        connection[step.do]()
        break
      case 'network':
      case 'visibility':
      case 'page':
        this.values[step.do] = step.value
        this.set.get(step.do)?.(step.value)
        break
      case 'message':
        server.send('x')
        break
      case 'subscribe':
        this.#subscriptions.push(connection.messages$.subscribe())
        break
      case 'unsubscribe':
        this.#subscriptions.pop()?.unsubscribe()
        break
      default:
        step satisfies never
    }
    this.check()
  }

  #send(size: number, ttl: number | undefined): void {
    const { connection } = this.world
    const id = this.#next
    this.#next += 1
    const before = connection.outbox.accepted
    try {
      connection.send(`${id} `.padEnd(size, '.'), ttl === undefined ? {} : { ttl })
      this.accepted.add(id)
      expect(connection.outbox.accepted).toBe(before + 1)
    } catch (error) {
      if (!isHoldfastError(error)) throw error
      expect(['OVERFLOW', 'CLOSED']).toContain(error.code)
      expect(connection.outbox.accepted).toBe(before)
    }
  }

  check(): void {
    const { connection, server, clock, errors } = this.world
    const { accepted, written, dropped, queued } = connection.outbox
    expect(accepted, 'accepted').toBe(written + dropped + queued)
    const numbers = { accepted: this.accepted.size, written: this.written.size, dropped: this.dropped.size }
    expect({ accepted, written, dropped }).toEqual(numbers)
    for (const name of ['accepted', 'written', 'dropped'] as const) {
      expect(numbers[name]).toBeGreaterThanOrEqual(this.#before[name])
    }
    this.#before = numbers

    const live = server.sockets.filter(({ closedWith, readyState }) => !closedWith && readyState < 2)
    expect(live.length, 'live sockets').toBeLessThanOrEqual(1)
    const { status } = connection.state
    if (status === 'open' || status === 'closing') expect(server.socket.readyState).not.toBe(0)
    if (status === 'idle' || status === 'waiting' || status === 'suspended' || status === 'closed') {
      expect(live).toEqual([])
    }
    expect(errors.filter(({ code }) => code === 'HANDLER')).toEqual([])
    // Our own, at most: one of the machine, 'idle', 'expiry', a frame, a poll, an error's close, and the server's.
    expect(clock.pending).toBeLessThanOrEqual(9 + server.sockets.length)
  }

  /** From here on nothing is wrong any more. */
  async recover(): Promise<void> {
    const { connection, server, clock } = this.world
    server.isStalled = false
    server.answersClose = true
    for (const name of ['network', 'visibility', 'page'] as const) {
      this.values[name] = true
      this.set.get(name)?.(true)
    }
    server.flush()
    server.accept()
    await clock.advance(10_000)
    if (connection.state.status === 'closed') connection.open()
    await clock.advance(200_000)
    this.check()
  }
}

describe('a connection, whatever the network, the server and the user do', () => {
  it('loses nothing in silence, writes nothing twice, keeps the order, and has one socket at most', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 80, size: 'max' }), async (given, steps) => {
        const play = new Play(given)
        for (const step of steps) await play.take(step)

        await play.recover()
        const { connection, clock, server } = play.world
        expect(connection.outbox.queued, 'queued once the server accepts').toBe(0)
        expect(['open', 'idle']).toContain(connection.state.status)

        const closed = connection.close()
        await clock.advance(10)
        await closed
        play.check()
        await clock.advance(10_000)
        expect(clock.pending, 'timers after the end').toBe(0)
        expect(play.set.size, 'listeners of the host after the end').toBe(0)
        const left = server.live.filter(({ closedWith }) => !closedWith)
        expect(left, 'sockets after the end').toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

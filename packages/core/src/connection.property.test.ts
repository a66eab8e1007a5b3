import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'
import type { DropReason } from './entry.ts'
import type { Signal } from './environment.ts'
import { isHoldfastError } from './errors.ts'
import type { HeartbeatOptions } from './heartbeat-options.ts'
import { EMPTY } from './outbox-snapshot.ts'
import type { SignalName } from './signals.ts'
import { shellOf } from './streams.ts'
import type { FakeConnection } from './testing/index.ts'

const CODES = [1000, 1001, 1002, 1006, 1006, 1006, 1008, 1009, 1011, 1012, 1013, 4401, 4403, 4500]

const OPEN = 1
const PING = 'ping'
/** After so many ms without a look at a socket's buffer there is none to come. */
const LONGEST_POLL = 50

type Step =
  | { do: 'send'; size: number; hasId: boolean; ttl: number | undefined }
  | { do: 'deliver'; size: number; hasId: boolean; timeout: number | undefined }
  | { do: 'abort'; pick: number }
  | { do: 'drop'; code: number; events: 'both' | 'error' | 'close' }
  | { do: 'dials'; answer: 'accept' | 'hang' | 'refuse' }
  | { do: 'stall'; isStalled: boolean; answersClose: boolean }
  | { do: 'flush'; count: number }
  | { do: 'advance' | 'sleep'; ms: number }
  | { do: 'close'; drainTimeout: number }
  | { do: SignalName; value: boolean }
  | {
      do:
        | 'open'
        | 'reconnect'
        | 'handover'
        | 'clear'
        | 'subscribe'
        | 'unsubscribe'
        | 'message'
        | 'acknowledge'
        | 'pong'
        | 'blackHole'
    }

/** For the server to acknowledge, where there are acknowledgements. */
const hasId = fc.boolean()

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('send'),
      size: fc.integer({ min: 5, max: 40 }),
      hasId,
      ttl: fc.constantFrom(undefined, undefined, undefined, 0, 50, 5_000),
    }),
    weight: 12,
  },
  {
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      size: fc.integer({ min: 5, max: 40 }),
      hasId,
      timeout: fc.constantFrom(undefined, undefined, 50, 5_000),
    }),
    weight: 4,
  },
  fc.record({ do: fc.constant('abort'), pick: fc.nat(9) }),
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
  { arbitrary: fc.record({ do: fc.constant('acknowledge') }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('pong') }), weight: 2 },
  fc.record({ do: fc.constant('blackHole') }),
  fc.record({ do: fc.constantFrom('reconnect', 'handover', 'clear') }),
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
    { message: () => PING, isReply: (message) => message === 'pong', interval: 300, timeout: 10_000 },
  ),
  /** Pings are answered when a step says so, the oldest first: it may be long after the next. */
  pongsLate: fc.boolean(),
  /** Most messages in flight; undefined: no acknowledgements. */
  window: fc.constantFrom(undefined, 1, 3, 1_000),
  queue: fc.record({
    maxMessages: fc.constantFrom(3, 10_000),
    maxBytes: fc.constantFrom(100, 1_000_000),
    overflow: fc.constantFrom('throw', 'drop-oldest', 'drop-newest'),
    highWaterMark: fc.constantFrom(1, 60, 1_000_000),
    ttl: fc.constantFrom(Infinity, 3_000),
  }),
})

type Given = typeof options extends fc.Arbitrary<infer T> ? T : never

const GROWING = ['accepted', 'written', 'recovered', 'dropped', 'unconfirmed', 'acknowledged'] as const

/** Plays steps against a connection; what it promises is checked after each. */
class Play {
  readonly world: ReturnType<typeof setUp>
  readonly given: Given
  /** Messages that `send()` or `deliver()` took, and what became of them. */
  readonly accepted = new Set<number>()
  readonly received = new Set<number>()
  readonly dropped = new Map<number, DropReason>()
  readonly unconfirmed = new Set<number>()
  readonly acknowledged = new Set<number>()
  /** Of `deliver()`: the status of the receipt, or the reason of the error. */
  readonly outcomes = new Map<number, string | undefined>()
  readonly #aborts: { readonly id: number; readonly controller: AbortController }[] = []
  readonly #subscriptions: { unsubscribe(): void }[] = []
  /** What the host says of itself, and who listens. */
  readonly values: Record<SignalName, boolean> = { network: true, visibility: true, page: true }
  readonly set = new Map<SignalName, (value: boolean) => void>()
  #next = 0
  /** Sockets whose network takes everything and gives nothing. */
  readonly #holes = new Set<FakeConnection>()
  readonly #failures: unknown[] = []
  #newest = -1
  /** A handover has begun, and the next socket did not take over yet. */
  #isPreparing = false
  #pongsLate: boolean
  /** By whom pings came that have no answer yet. */
  readonly #pinged: FakeConnection[] = []
  /** Which socket was written to last: never an older one again. */
  #writtenTo = -1
  #before = EMPTY

  constructor(given: Given) {
    const {
      lazy,
      asksUser,
      idleTimeout,
      maxAttempts,
      stableAfter,
      connectTimeout,
      queue,
      window,
      heartbeat,
    } = given
    this.given = given
    this.#pongsLate = given.pongsLate
    this.world = setUp({
      lazy,
      connectTimeout,
      heartbeat,
      environment: {
        network: this.#signal('network'),
        visibility: this.#signal('visibility'),
        page: this.#signal('page'),
      },
      queue: { ...queue, keepWritten: Infinity },
      reconnect: { maxAttempts, stableAfter },
      ...(asksUser ? { url: async () => 'ws://fake.test/' } : {}),
      ...(lazy && idleTimeout !== undefined ? { idleTimeout } : {}),
      ...(window === undefined
        ? {}
        : { delivery: { window, id: deliveryIdOf, acknowledged: acknowledgedBy } }),
    })
    const { server, connection } = this.world
    const play = this
    const { prototype } = server.WebSocket
    const { send } = prototype
    prototype.send = function (data) {
      play.#onWrite(server.connections.find(({ socket }) => socket === this))
      send.call(this, data)
    }
    server.on('message', (data, connection) => {
      if (data !== PING) this.#note(() => this.#onReceived(connection, idOf(data)))
      else if (this.#pongsLate) this.#pinged.push(connection)
      // One that answers no close frame answers no ping either.
      else if (server.answersClose) connection.send('pong')
    })
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped') this.#onDropped(idOf(event.message), event.reason)
      if (event.type === 'handover') this.#isPreparing = event.step === 'started'
      if (event.type === 'state' && event.state.status !== 'open') this.#isPreparing = false
      if (event.type === 'unconfirmed') {
        expect(event.messages.length, 'messages of an unconfirmed event').toBe(event.count)
        expect(event.older, 'messages that are not remembered').toBe(0)
        for (const message of event.messages) this.unconfirmed.add(idOf(message))
      }
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

  /** What fails where the server would report it is thrown by the next `check()`. */
  #note(assertions: () => void): void {
    try {
      assertions()
    } catch (error) {
      this.#failures.push(error)
    }
  }

  #onWrite(socket: FakeConnection | undefined): void {
    const { connection } = this.world
    if (!socket) throw new Error('A socket that the server does not know.')
    expect(socket.readyState, 'readyState at a write').toBe(OPEN)
    expect(socket.closedWith, 'the socket written to is in use').toBe(undefined)
    const place = this.world.server.connections.indexOf(socket)
    expect(place, 'the socket written to').toBeGreaterThanOrEqual(this.#writtenTo)
    this.#writtenTo = place
    expect(socket.bufferedAmount, 'buffered at a write').toBeLessThan(this.given.queue.highWaterMark)
    const { window = Infinity } = this.given
    expect(connection.outbox.inFlight, 'in flight').toBeLessThanOrEqual(window)
  }

  #onReceived(socket: FakeConnection, id: number): void {
    const isNew = !this.received.has(id)
    // Acknowledged ones may be dropped here and have arrived there: those that waited to be sent again.
    if (this.given.window === undefined) {
      expect(isNew, `${id} is received once`).toBe(true)
      expect(this.dropped.has(id), `${id} was dropped before it arrived`).toBe(false)
    }
    // A socket that was given up may still flush.
    const isCurrent = socket === this.world.server.connection
    if (isNew && isCurrent) expect(id, 'messages in the order of send()').toBeGreaterThan(this.#newest)
    this.#newest = Math.max(this.#newest, id)
    expect(id, 'messages in order, per socket').toBeGreaterThan(this.#last.get(socket) ?? -1)
    this.#last.set(socket, id)
    this.received.add(id)
  }

  readonly #last = new Map<FakeConnection, number>()

  #onDropped(id: number, reason: DropReason): void {
    expect(this.dropped.has(id), `${id} was dropped before`).toBe(false)
    this.dropped.set(id, reason)
  }

  async take(step: Step): Promise<void> {
    const { connection, server, clock } = this.world
    switch (step.do) {
      case 'send':
        this.#send(step, (text) => connection.send(text, step.ttl === undefined ? {} : { ttl: step.ttl }))
        break
      case 'deliver':
        await this.#deliver(step)
        break
      case 'abort':
        this.#aborts[step.pick % this.#aborts.length]?.controller.abort()
        break
      case 'acknowledge':
        this.#acknowledge()
        break
      case 'pong': {
        const pinged = this.#pinged.shift()
        if (pinged?.readyState === OPEN) pinged.send('pong')
        break
      }
      case 'blackHole':
        for (const socket of server.live) {
          if (socket.readyState !== OPEN) continue
          socket.blackHole()
          this.#holes.add(socket)
        }
        break
      case 'drop':
        // No close frame comes out of a black hole.
        for (const socket of this.#holes) socket.drop(1006, '', { events: step.events })
        if (step.code === 1006) server.drop(1006, '', { events: step.events })
        else server.close(step.code, '', { events: step.events })
        break
      case 'dials':
        server[step.answer]()
        break
      case 'stall':
        if (step.isStalled) server.stall()
        else server.drain()
        server.answersClose = step.answersClose
        break
      case 'flush':
        server.drain(step.count)
        break
      case 'advance':
        await clock.advance(step.ms)
        if (step.ms > LONGEST_POLL) this.#checkNothingIsHeldUp()
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
      case 'handover':
        connection.reconnect('moved', { handover: true })
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

  #send(given: Sizes, send: (text: string) => void): void {
    const { connection } = this.world
    const id = this.#next
    this.#next += 1
    const before = connection.outbox.accepted
    try {
      send(textOf(id, given))
      this.accepted.add(id)
      expect(connection.outbox.accepted).toBe(before + 1)
    } catch (error) {
      if (!isHoldfastError(error)) throw error
      expect(['OVERFLOW', 'CLOSED']).toContain(error.code)
      expect(connection.outbox.accepted).toBe(before)
    }
  }

  async #deliver({ timeout, ...given }: Extract<Step, { do: 'deliver' }>): Promise<void> {
    const { connection } = this.world
    const id = this.#next
    this.#next += 1
    const before = connection.outbox.accepted
    const controller = new AbortController()
    const { signal } = controller
    const options = timeout === undefined ? { signal } : { signal, timeout }
    connection.deliver(textOf(id, given), options).then(
      ({ status }) => this.outcomes.set(id, status),
      (error) => this.outcomes.set(id, error.reason),
    )
    if (connection.outbox.accepted === before) return
    this.accepted.add(id)
    this.#aborts.push({ id, controller })
    // A receipt is told in a microtask.
    await Promise.resolve()
  }

  /** The server acknowledges all that it has received. */
  #acknowledge(): void {
    const { server } = this.world
    const isHeard = server.live.some((socket) => socket.readyState === OPEN && !this.#holes.has(socket))
    if (this.given.window === undefined || !isHeard) return
    const ids = [...this.received].filter((id) => !this.acknowledged.has(id))
    if (ids.length === 0) return
    for (const id of ids) this.acknowledged.add(id)
    server.send(`acknowledged ${ids.join(' ')}`)
  }

  check(): void {
    for (const failure of this.#failures) throw failure
    const { connection, server, clock, errors } = this.world
    const { outbox } = connection
    const { accepted, written, recovered, dropped, queued, inFlight } = outbox
    expect(accepted + recovered, 'accepted + recovered').toBe(written + dropped + queued)
    expect(accepted).toBe(this.accepted.size)
    expect(dropped).toBe(this.dropped.size)
    expect(outbox.unconfirmed).toBe(this.unconfirmed.size)
    for (const name of GROWING) {
      expect(outbox[name], name).toBeGreaterThanOrEqual(this.#before[name])
    }
    this.#before = outbox
    if (this.given.window === undefined) expect(inFlight).toBe(0)

    const live = server.connections.filter(({ closedWith, readyState }) => !closedWith && readyState < 2)
    expect(live.length, 'live sockets').toBeLessThanOrEqual(this.#isPreparing ? 2 : 1)
    const { status } = connection.state
    if (status === 'open') expect(live[0]?.readyState).toBe(OPEN)
    if (status === 'idle' || status === 'waiting' || status === 'suspended' || status === 'closed') {
      expect(live).toEqual([])
      expect(inFlight, 'in flight without a connection').toBe(0)
    }
    expect(errors.filter(({ code }) => code === 'HANDLER')).toEqual([])
    // Our own, at most: one of the machine, 'idle', 'expiry', a frame, a poll, an error's close, those of a
    // handover, a timeout for each deliver(), and the server's.
    expect(clock.pending).toBeLessThanOrEqual(11 + server.connections.length + this.#aborts.length)
  }

  /** What can go out has gone: nobody has to send anything for it. */
  #checkNothingIsHeldUp(): void {
    const { connection, server } = this.world
    if (connection.state.status !== 'open' || server.connection.bufferedAmount > 0) return
    // After a handover, that the old one is closed.
    if (server.live.some((socket) => socket !== server.connection)) return
    const [next] = shellOf(connection).sender.outbox.waiting
    if (!next) return
    const isHeldBack = next.id !== undefined && connection.outbox.inFlight >= (this.given.window ?? Infinity)
    expect(isHeldBack, `${next.message} waits for room`).toBe(true)
  }

  /** From here on nothing is wrong any more. */
  async recover(): Promise<void> {
    const { connection, server, clock } = this.world
    for (const socket of this.#holes) socket.drop()
    server.drain()
    server.answersClose = true
    this.#pongsLate = false
    for (const name of ['network', 'visibility', 'page'] as const) {
      this.values[name] = true
      this.set.get(name)?.(true)
    }
    server.drain(Infinity)
    server.accept()
    await clock.advance(10_000)
    if (connection.state.status === 'closed') connection.open()
    if (this.given.lazy) this.#subscriptions.push(connection.messages$.subscribe())
    await clock.advance(200_000)
    for (let i = 0; connection.outbox.inFlight > 0; i++) {
      expect(i, 'rounds until all is acknowledged').toBeLessThan(500)
      this.acknowledged.clear()
      this.#acknowledge()
      await clock.advance(100)
    }
    this.check()
  }

  /** What was accepted has arrived, or somebody was told. */
  account(): void {
    for (const id of this.accepted) {
      const isTold = this.dropped.has(id) || this.unconfirmed.has(id)
      expect(this.received.has(id) || isTold, `${id} arrived, or was told of`).toBe(true)
    }
    for (const [id, outcome] of this.outcomes) {
      if (outcome === 'acknowledged') expect(this.received.has(id)).toBe(true)
      const reason = this.dropped.get(id)
      if (reason !== undefined && outcome !== 'written') {
        // Whoever did not wait any longer learns of nothing else.
        expect([reason, 'aborted', 'timeout']).toContain(outcome)
      }
    }
    for (const { id } of this.#aborts) expect(this.outcomes.has(id), `deliver() of ${id} settled`).toBe(true)
  }
}

const PLAIN = '-'

type Sizes = Pick<Extract<Step, { do: 'send' | 'deliver' }>, 'size' | 'hasId'>

function textOf(id: number, { size, hasId }: Sizes): string {
  return `${id} `.padEnd(size, hasId ? '.' : PLAIN)
}

function deliveryIdOf(message: unknown): number | undefined {
  return String(message).endsWith(PLAIN) ? undefined : idOf(message)
}

function idOf(message: unknown): number {
  return Number.parseInt(String(message), 10)
}

function acknowledgedBy(message: unknown): number[] | undefined {
  const [word, ...ids] = String(message).split(' ')
  return word === 'acknowledged' ? ids.map(Number) : undefined
}

describe('a connection, whatever the network, the server and the user do', () => {
  it('loses nothing in silence, keeps the order, and has one socket at most; sends twice only with acknowledgements', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 80, size: 'max' }), async (given, steps) => {
        const play = new Play(given)
        for (const step of steps) await play.take(step)

        await play.recover()
        const { connection, clock, server } = play.world
        expect(connection.outbox.queued, 'queued once the server accepts').toBe(0)
        expect(connection.state.status).toBe('open')

        const closed = connection.close()
        await clock.advance(10)
        const report = await closed
        expect(report).toMatchObject({ undelivered: [], unconfirmed: [] })
        play.check()
        play.account()
        await clock.advance(10_000)
        expect(clock.pending, 'timers after the end').toBe(0)
        expect(play.set.size, 'listeners of the host after the end').toBe(0)
        const left = server.live.filter(({ closedWith }) => !closedWith)
        expect(left, 'sockets after the end').toEqual([])
      }),
      { numRuns: 300 },
    )
  }, 180_000)
})

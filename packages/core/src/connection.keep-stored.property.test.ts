import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { standing } from '../../../test/unit/set-up.ts'
import { altered } from '../../../test/unit/storage-of.ts'
import { constant } from './backoff.ts'
import { connect } from './connect.ts'
import type { DropReason } from './entry.ts'
import { isHoldfastError } from './errors.ts'
import { hasEnded } from './state.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { fakeServer, MemoryStore, memoryOutbox, virtualClock } from './testing/index.ts'

type Step =
  | { do: 'send'; ttl: number | undefined; key: string | undefined }
  | { do: 'close'; keepStored: boolean; drainTimeout: number }
  | { do: 'dials'; answer: 'accept' | 'hang' | 'refuse' }
  | { do: 'stall'; isStalled: boolean }
  | { do: 'advance'; ms: number }
  | { do: 'deliver' | 'open' | 'connect' | 'drop' | 'clear' | 'acknowledge' | 'refuseWrite' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('send'),
      ttl: fc.constantFrom(undefined, undefined, undefined, 30),
      key: fc.constantFrom(undefined, undefined, 'k'),
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('deliver', 'open', 'connect', 'drop') }), weight: 6 },
  { arbitrary: fc.record({ do: fc.constantFrom('clear', 'acknowledge', 'refuseWrite') }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('close'),
      keepStored: fc.boolean(),
      drainTimeout: fc.constantFrom(0, 20, 3_000),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ do: fc.constant('dials'), answer: fc.constantFrom('accept', 'hang', 'refuse') }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('stall'), isStalled: fc.boolean() }), weight: 2 },
  {
    arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(0, 1, 5, 15, 100, 4_000) }),
    weight: 8,
  },
)

const options = fc.record({
  lazy: fc.boolean(),
  delivers: fc.boolean(),
  /** How long the storage takes to answer, in ms. */
  latency: fc.constantFrom(0, 3, 40),
})

type Given = typeof options extends fc.Arbitrary<infer T> ? T : never

/** Connection after connection over one storage; what they promise is checked after each step. */
class Play {
  readonly given: Given
  readonly clock = virtualClock()
  readonly server = fakeServer(/^/, { clock: this.clock, latency: 1 })
  readonly store = new MemoryStore()
  readonly reported: unknown[] = []
  connection: ReturnType<Play['connect']>
  /** Messages that `send()` or `deliver()` took, and what became of them. */
  readonly accepted = new Set<number>()
  readonly received: number[] = []
  readonly told = new Map<number, DropReason | 'unconfirmed' | 'undelivered'>()
  /** They may take the place of an older one. */
  readonly #keyed = new Set<number>()
  readonly #outcomes = new Map<number, string>()
  readonly #storage: OutboxStorage
  readonly #reports: Promise<void>[] = []
  readonly #failures: unknown[] = []
  #next = 0
  #delivered = 0
  /** The connection was closed, and is not to be opened again. */
  #isOver = false
  /** The newest end: whether all that it does not send stays in the storage. */
  #end = { keepsAll: false }
  /** Whether the storage takes nothing, once. */
  #refuses = false
  hasRefused = false

  constructor(given: Given) {
    this.given = given
    this.#storage = this.#slow(memoryOutbox(this.store))
    this.server.on('message', (data) => this.#onReceived(Number(data)))
    this.connection = this.connect()
  }

  #slow(storage: OutboxStorage): OutboxStorage {
    const after = <T>(work: () => Promise<T>): Promise<T> =>
      this.given.latency === 0
        ? work()
        : new Promise<void>((done) => {
            this.clock.environment.setTimeout(done, this.given.latency)
          }).then(work)
    return altered(storage, {
      open: (adopt) => after(() => storage.open(adopt)),
      close: () => after(() => storage.close()),
      write: (changes) => {
        if (!this.#refuses || changes.put.length === 0) return after(() => storage.write(changes))
        this.#refuses = false
        this.hasRefused = true
        return after(() => Promise.reject(new Error('full')))
      },
    })
  }

  connect() {
    this.#isOver = false
    const { clock, server, reported, given } = this
    const connection = connect('ws://fake.test/room', {
      lazy: given.lazy,
      queue: { storage: this.#storage, keepWritten: Infinity, maxMessages: 100_000 },
      reconnect: { backoff: constant(50) },
      environment: standing({ clock, server, reported }, {}),
      ...(given.delivers ? { delivery: { id: Number, acknowledged: (message) => idsOf(message) } } : {}),
    })
    connection.events$.subscribe((event) => {
      if (event.type === 'dropped') this.#tell(Number(event.message), event.reason)
      if (event.type !== 'unconfirmed') return
      for (const message of event.messages) this.#tell(Number(message), 'unconfirmed')
    })
    connection.errors$.subscribe((error) => {
      const isExpected = error.code === 'CONNECT_TIMEOUT' || (error.code === 'STORAGE' && this.hasRefused)
      if (!isExpected) this.#failures.push(error)
    })
    return connection
  }

  #tell(id: number, why: DropReason | 'unconfirmed'): void {
    const before = this.told.get(id)
    if (before !== undefined && before !== 'stored')
      this.#failures.push(`${id} is told as ${before} and ${why}`)
    this.told.set(id, why)
  }

  #onReceived(id: number): void {
    const told = this.told.get(id)
    // A socket that was given up may still flush.
    if (told === 'unconfirmed') return
    const isKeyed = this.#keyed.has(id)
    const newest = Math.max(-1, ...this.received.filter((other) => !this.#keyed.has(other)))
    if (this.given.delivers) {
      if (!isKeyed && !this.received.includes(id) && id < newest)
        this.#failures.push(`${id} comes behind ${newest}`)
    } else {
      if (told !== undefined && told !== 'stored') this.#failures.push(`${id} comes, and was told as ${told}`)
      if (this.received.includes(id)) this.#failures.push(`${id} comes twice`)
      if (!isKeyed && id < newest) this.#failures.push(`${id} comes behind ${newest}`)
    }
    this.received.push(id)
  }

  async take(step: Step): Promise<void> {
    const { clock, server, connection } = this
    switch (step.do) {
      case 'send':
        if (step.key !== undefined) this.#keyed.add(this.#next)
        this.#send((text) => connection.send(text, { ttl: step.ttl, key: step.key }))
        break
      case 'deliver':
        this.#send((text, id) => {
          this.#delivered += 1
          connection.deliver(text).then(
            ({ status }) => this.#outcomes.set(id, status),
            ({ code, reason }) => this.#outcomes.set(id, reason ?? code),
          )
        })
        break
      case 'close':
        this.close(step)
        break
      case 'open':
        connection.open()
        this.#isOver = false
        break
      case 'connect':
        // One at a time: the next may be made while this one still drains.
        if (this.#isOver) this.connection = this.connect()
        break
      case 'clear':
        connection.clear()
        break
      case 'refuseWrite':
        this.#refuses = true
        break
      case 'acknowledge':
        this.#acknowledge()
        break
      case 'dials':
        server[step.answer]()
        break
      case 'drop':
        server.drop()
        break
      case 'stall':
        if (step.isStalled) server.stall()
        else server.drain()
        break
      case 'advance':
        await clock.advance(step.ms)
        break
      default:
        step satisfies never
    }
    this.check()
  }

  close({
    keepStored,
    drainTimeout,
  }: Pick<Extract<Step, { do: 'close' }>, 'keepStored' | 'drainTimeout'>): void {
    // A call that joins another may take back what that one is to keep, and no more.
    if (hasEnded(this.connection.state)) this.#end.keepsAll &&= keepStored
    else this.#end = { keepsAll: keepStored }
    const end = this.#end
    const closed = this.connection.close(1000, '', { keepStored, drainTimeout })
    this.#isOver = true
    this.#reports.push(
      closed.then(({ undelivered, unconfirmed, stored = [] }) => {
        for (const message of [...undelivered, ...unconfirmed]) {
          // It was told as stored, and then the storage did not take it.
          if (this.told.get(Number(message)) === 'stored') this.told.set(Number(message), 'undelivered')
        }
        if (end.keepsAll && !this.hasRefused) {
          expect(undelivered, 'what is not kept').toEqual([])
          if (this.given.delivers) expect(unconfirmed, 'what is not kept').toEqual([])
        }
        const lists = [undelivered, unconfirmed, stored].map((messages) => messages.map(Number))
        for (const list of lists) {
          const own = list.filter((id) => !this.#keyed.has(id))
          expect(own).toEqual([...own].sort((a, b) => a - b))
        }
        expect(new Set(lists.flat()).size, 'messages of a report, each once').toBe(lists.flat().length)
      }),
    )
  }

  #send(send: (text: string, id: number) => void): void {
    const id = this.#next
    this.#next += 1
    const { outbox } = this.connection
    try {
      send(`${id}`, id)
    } catch (error) {
      if (!isHoldfastError(error)) throw error
      expect(error.code).toBe('CLOSED')
    }
    if (this.connection.outbox.accepted > outbox.accepted) this.accepted.add(id)
  }

  #acknowledge(): void {
    if (this.given.delivers) this.server.send(`acknowledged ${this.received.join(' ')}`)
  }

  check(): void {
    for (const failure of this.#failures) throw failure
    const { accepted, recovered, written, dropped, queued } = this.connection.outbox
    expect(accepted + recovered, 'accepted + recovered').toBe(written + dropped + queued)
  }

  /** From here on nothing is wrong any more: all that is stored goes out. */
  async recover(): Promise<void> {
    const { clock, server } = this
    this.#refuses = false
    server.accept()
    server.drain(Infinity)
    server.drain()
    await clock.advance(20_000)
    if (this.#isOver) this.connection = this.connect()
    this.connection.messages$.subscribe()
    for (let round = 0; round < 3; round++) {
      await clock.advance(10_000)
      this.#acknowledge()
    }
    await clock.advance(100)
    expect(this.connection.state.status).toBe('open')
    expect(this.connection.outbox).toMatchObject({ queued: 0, inFlight: 0 })
    this.close({ keepStored: false, drainTimeout: 0 })
    await clock.advance(20_000)
    await Promise.all(this.#reports)
    this.check()
  }

  /** What was accepted has arrived, or somebody was told. */
  account(): void {
    for (const id of this.accepted) {
      const told = this.told.get(id)
      const isTold = told !== undefined && told !== 'stored'
      expect(this.received.includes(id) || isTold, `${id} arrived, or was told of (${told})`).toBe(true)
    }
    expect(this.#outcomes.size, 'promises that are settled').toBe(this.#delivered)
    expect(this.store.size, 'messages in the storage').toBe(0)
    expect(this.reported).toEqual([])
    expect(this.clock.pending, 'timers after the end').toBe(0)
  }
}

function idsOf(message: unknown): number[] | undefined {
  const [word, ...ids] = String(message).split(' ')
  return word === 'acknowledged' ? ids.filter(Boolean).map(Number) : undefined
}

describe('connection after connection over one storage, whatever the network and the user do', () => {
  it('loses nothing in silence, keeps the order, and leaves nothing there; sends twice only with acknowledgements', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 60, size: 'max' }), async (given, steps) => {
        const play = new Play(given)
        for (const step of steps) await play.take(step)
        await play.recover()
        play.account()
      }),
      { numRuns: 200 },
    )
  }, 180_000)
})

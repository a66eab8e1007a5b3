import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxLimits } from './capacity.ts'
import { type Composed, type DropReason, Entry, type EntryDetails } from './entry.ts'
import { Outbox } from './outbox.ts'

const LIMITS: OutboxLimits = { maxMessages: 3, maxBytes: 10, overflow: 'throw' }

function setUp(limits: Partial<OutboxLimits> = {}) {
  const drops: [unknown, DropReason][] = []
  const outbox: Outbox = new Outbox({ ...LIMITS, ...limits }, ({ message }, reason) => {
    drops.push([message, reason])
  })
  let sequence = 0
  return {
    outbox,
    drops,
    push(text: string, details: EntryDetails = {}) {
      const entry = new Entry(text, text, details)
      outbox.push(entry)
      return entry
    },
    /** Writes the oldest, as a flow does. */
    write() {
      const entry = outbox.peek(0)
      if (entry === undefined) throw new Error('Nothing waits.')
      outbox.take(entry)
      sequence += 1
      entry.sequence = sequence
      return entry
    },
    counts: () => {
      const { accepted, written, dropped, queued, queuedBytes } = outbox.snapshot(0)
      return { accepted, written, dropped, queued, queuedBytes }
    },
    rest: () => outbox.clear('cleared').map(({ message }) => message),
  }
}

const full = expect.objectContaining({ code: 'OVERFLOW', reason: 'overflow' })

describe('an outbox', () => {
  it('hands out what it took, oldest first, and counts it', () => {
    const { outbox, push, write, counts } = setUp()
    push('a')
    push('bé')
    expect(counts()).toEqual({ accepted: 2, written: 0, dropped: 0, queued: 2, queuedBytes: 4 })
    expect(write().data).toBe('a')
    expect(write().data).toBe('bé')
    expect(outbox.peek(0)).toBeUndefined()
    expect(counts()).toEqual({ accepted: 2, written: 2, dropped: 0, queued: 0, queuedBytes: 0 })
  })

  it.each<[string, Composed]>([
    ['an entry', new Entry('a', 'a')],
    ['a text without an entry', 'a'],
  ])('counts what passed it by, and not what a socket then refused: %s', (_, composed) => {
    const { outbox, counts } = setUp()
    outbox.pass(composed)
    expect(counts()).toEqual({ accepted: 1, written: 1, dropped: 0, queued: 0, queuedBytes: 0 })
    outbox.undoPass()
    expect(counts()).toEqual({ accepted: 0, written: 0, dropped: 0, queued: 0, queuedBytes: 0 })
    expect(outbox.snapshot(0)).toMatchObject({ inFlight: 0, unconfirmed: 0 })
  })

  it('puts back what a socket refused, before all others', () => {
    const { outbox, push, write, counts, rest } = setUp()
    push('a', { id: 1 })
    push('b')
    outbox.undo(write())
    expect(counts()).toMatchObject({ accepted: 2, written: 0, queued: 2, queuedBytes: 2 })
    expect(outbox.inFlight).toBe(0)
    expect(rest()).toEqual(['a', 'b'])
  })

  it('shows what the native buffer holds in its snapshot', () => {
    expect(setUp().outbox.snapshot(77).nativeBufferedAmount).toBe(77)
  })

  it('takes exactly as many messages and bytes as it may', () => {
    const { push } = setUp()
    for (const text of ['1234', '567', '890']) push(text)
    expect(() => push('')).toThrow(full)
    const wide = setUp()
    wide.push('1234567890')
    wide.push('')
    expect(() => wide.push('x')).toThrow(full)
  })

  it("changes nothing with 'throw', and says how full it is", () => {
    const { push, counts } = setUp()
    for (const text of ['a', 'b', 'c']) push(text)
    expect(() => push('d')).toThrow('3 of 3 messages, 3 of 10 bytes')
    expect(counts()).toEqual({ accepted: 3, written: 0, dropped: 0, queued: 3, queuedBytes: 3 })
  })

  it("makes room at the old end with 'drop-oldest'", () => {
    const { push, drops, counts, rest } = setUp({ overflow: 'drop-oldest' })
    for (const text of ['aaaa', 'bbbb', 'cccccccc']) push(text)
    expect(drops).toEqual([
      ['aaaa', 'overflow'],
      ['bbbb', 'overflow'],
    ])
    expect(counts()).toEqual({ accepted: 3, written: 0, dropped: 2, queued: 1, queuedBytes: 8 })
    expect(rest()).toEqual(['cccccccc'])
  })

  it("drops nothing else with 'drop-oldest' where that makes no room for the new one", () => {
    const { outbox, push, write, drops, counts, rest } = setUp({ overflow: 'drop-oldest' })
    push('1234567', { id: 1 })
    write()
    push('a')
    push('bbbb')
    expect(drops).toEqual([['bbbb', 'overflow']])
    expect(counts()).toEqual({ accepted: 3, written: 1, dropped: 1, queued: 1, queuedBytes: 1 })
    const awaited = push('xyz', { id: 2 })
    expect(drops.at(-1)).toEqual(['a', 'overflow'])
    outbox.recover([write()])
    push('y')
    expect(drops.at(-1)).toEqual(['y', 'overflow'])
    expect(awaited.status).toBe('queued')
    expect(rest()).toEqual(['xyz'])
  })

  it("counts the newest as accepted and dropped with 'drop-newest'", () => {
    const { push, drops, counts, rest } = setUp({ overflow: 'drop-newest' })
    for (const text of ['a', 'b', 'c', 'd']) push(text)
    expect(drops).toEqual([['d', 'overflow']])
    expect(counts()).toEqual({ accepted: 4, written: 0, dropped: 1, queued: 3, queuedBytes: 3 })
    expect(rest()).toEqual(['a', 'b', 'c'])
  })

  it('drops all that waits, and returns it', () => {
    const { outbox, push, drops, counts } = setUp()
    push('a')
    push('b')
    expect(outbox.clear('closed').map(({ message }) => message)).toEqual(['a', 'b'])
    expect(outbox.clear('closed')).toEqual([])
    expect(drops).toEqual([
      ['a', 'closed'],
      ['b', 'closed'],
    ])
    expect(counts()).toEqual({ accepted: 2, written: 0, dropped: 2, queued: 0, queuedBytes: 0 })
  })

  it('drops one out of the middle, once', () => {
    const { outbox, push, drops, counts, rest } = setUp()
    push('a')
    const b = push('b')
    push('c')
    outbox.drop(b, 'aborted')
    outbox.drop(b, 'aborted')
    expect(drops).toEqual([['b', 'aborted']])
    expect(counts()).toMatchObject({ dropped: 1, queued: 2, queuedBytes: 2 })
    expect(rest()).toEqual(['a', 'c'])
  })
})

describe('a key', () => {
  it('replaces the queued message in its place', () => {
    const { push, drops, counts, rest } = setUp()
    push('a', { key: 'cursor' })
    push('b')
    push('cc', { key: 'cursor' })
    expect(drops).toEqual([['a', 'replaced']])
    expect(counts()).toEqual({ accepted: 3, written: 0, dropped: 1, queued: 2, queuedBytes: 3 })
    expect(rest()).toEqual(['cc', 'b'])
  })

  it('takes the room of the message that it replaces', () => {
    const { push, rest } = setUp()
    for (const text of ['1234', '123']) push(text)
    push('123', { key: 'cursor' })
    push('321', { key: 'cursor' })
    expect(() => push('4321', { key: 'cursor' })).toThrow(full)
    expect(rest()).toEqual(['1234', '123', '321'])
  })

  it("makes no room by dropping what it replaces, with 'drop-oldest'", () => {
    const { push, drops, rest } = setUp({ overflow: 'drop-oldest' })
    push('1', { key: 'cursor' })
    push('2345678')
    push('123456789', { key: 'cursor' })
    expect(drops).toEqual([
      ['2345678', 'overflow'],
      ['1', 'replaced'],
    ])
    expect(rest()).toEqual(['123456789'])
  })

  it('means nothing once its message is written', () => {
    const { push, write, drops, rest } = setUp()
    push('a', { key: 'cursor' })
    write()
    push('b', { key: 'cursor' })
    expect(drops).toEqual([])
    expect(rest()).toEqual(['b'])
  })

  it('drops what comes back where a newer one is queued', () => {
    const { outbox, push, write, drops, counts, rest } = setUp()
    push('a', { key: 'cursor' })
    const a = write()
    push('b', { key: 'cursor' })
    outbox.recover([a])
    expect(drops).toEqual([['a', 'replaced']])
    expect(counts()).toMatchObject({ accepted: 2, written: 1, dropped: 1, queued: 1 })
    expect(outbox.snapshot(0).recovered).toBe(1)
    expect(rest()).toEqual(['b'])
  })
})

describe('what was written', () => {
  it('comes back to the head of the queue, in order', () => {
    const { outbox, push, write, rest } = setUp()
    for (const text of ['a', 'b', 'c']) push(text)
    outbox.recover([write(), write()])
    expect(outbox.snapshot(0)).toMatchObject({ accepted: 3, written: 2, recovered: 2, queued: 3 })
    expect(rest()).toEqual(['a', 'b', 'c'])
  })

  it("may take the queue over its limits with 'throw', and nothing is lost", () => {
    const { outbox, push, write, rest } = setUp()
    push('a')
    const a = write()
    for (const text of ['b', 'c', 'd']) push(text)
    outbox.recover([a])
    expect(() => push('e')).toThrow(full)
    expect(rest()).toEqual(['a', 'b', 'c', 'd'])
  })

  it.each([
    ['drop-oldest', ['b', 'c', 'd']],
    ['drop-newest', ['a', 'b', 'c']],
  ] as const)('keeps the limits with %s', (overflow, left) => {
    const { outbox, push, write, rest } = setUp({ overflow })
    push('a')
    const a = write()
    for (const text of ['b', 'c', 'd']) push(text)
    outbox.recover([a])
    expect(rest()).toEqual(left)
  })

  it('comes before all that waits where a storage gives it back, in order, also over the limits', () => {
    const { outbox, push, counts, drops, rest } = setUp()
    for (const text of ['c', 'd', 'e']) push(text)
    outbox.restore(['a', 'b'].map((text) => new Entry(text, text)))
    expect(counts()).toEqual({ accepted: 5, written: 0, dropped: 0, queued: 5, queuedBytes: 5 })
    expect(drops).toEqual([])
    expect(rest()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('says of what is in flight, too, how full it is', () => {
    const { push, write } = setUp()
    push('1234', { id: 1 })
    push('567', { id: 2 })
    write()
    push('89', { id: 3 })
    expect(() => push('x')).toThrow('3 of 3 messages, 9 of 10 bytes')
  })

  it('counts its bytes toward the limits until it is acknowledged, and not after that', () => {
    const { outbox, push, write } = setUp()
    push('123456', { id: 1 })
    const first = write()
    expect(() => push('78901')).toThrow(full)
    outbox.acknowledge(first)
    push('7890123456')
    expect(() => push('x')).toThrow('1 of 3 messages, 10 of 10 bytes')
  })

  it('is in flight once at most: what is given up twice is counted once', () => {
    const { outbox, push, write } = setUp()
    push('a', { id: 1 })
    push('b', { id: 2 })
    const first = write()
    write()
    outbox.giveUp([first], 1)
    outbox.giveUp([first], 1)
    expect(outbox.inFlight).toBe(1)
  })

  it('counts toward the limits while it is not acknowledged', () => {
    const { outbox, push, write } = setUp()
    for (const id of [1, 2, 3]) push(`${id}`, { id })
    const first = write()
    write()
    expect(outbox.snapshot(0)).toMatchObject({ queued: 1, inFlight: 2 })
    expect(() => push('4')).toThrow(full)
    outbox.acknowledge(first)
    push('4')
    expect(outbox.snapshot(0)).toMatchObject({ queued: 2, inFlight: 1, acknowledged: 1 })
  })

  it.each(['drop-oldest', 'drop-newest'] as const)(
    'is never dropped by %s while it is not acknowledged',
    (overflow) => {
      const { outbox, push, write, drops, rest } = setUp({ overflow })
      push('1', { id: 1 })
      const first = write()
      for (const text of ['b', 'c']) push(text)
      outbox.recover([first])
      push('d')
      expect(drops.map(([message]) => message)).toEqual([overflow === 'drop-oldest' ? 'b' : 'd'])
      expect(rest()[0]).toBe('1')
    },
  )

  it('drops the new one where all others must be kept', () => {
    const { outbox, push, write, drops } = setUp({ overflow: 'drop-oldest' })
    for (const id of [1, 2, 3]) push(`${id}`, { id })
    outbox.recover([write(), write(), write()])
    push('4')
    expect(drops).toEqual([['4', 'overflow']])
  })

  it('leaves the queue when it is acknowledged there, and counts as written', () => {
    const { outbox, push, write, rest } = setUp()
    push('1', { id: 1 })
    push('2', { id: 2 })
    const first = write()
    outbox.recover([first])
    outbox.acknowledge(first)
    expect(outbox.snapshot(0)).toMatchObject({
      accepted: 2,
      recovered: 1,
      written: 2,
      queued: 1,
      acknowledged: 1,
    })
    expect(rest()).toEqual(['2'])
  })

  it('is counted as unconfirmed, and no longer in flight, when it is given up', () => {
    const { outbox, push, write } = setUp()
    push('1', { id: 1 })
    push('2', { id: 2 })
    outbox.giveUp([write(), write()], 1)
    expect(outbox.snapshot(0)).toMatchObject({ inFlight: 0, unconfirmed: 1, written: 2, dropped: 0 })
  })
})

describe('expiry', () => {
  it('never hands out a message at or after its time', () => {
    const { outbox, push, drops } = setUp()
    push('a', { expiresAt: 100 })
    push('b', { expiresAt: 200 })
    expect(outbox.peek(99)?.data).toBe('a')
    expect(outbox.peek(100)?.data).toBe('b')
    expect(drops).toEqual([['a', 'expired']])
  })

  it('knows the first expiry, and none once nothing waits', () => {
    const { outbox, push, write } = setUp()
    expect(outbox.nextExpiry).toBe(Infinity)
    push('a', { expiresAt: 300 })
    push('b', { expiresAt: 200 })
    expect(outbox.nextExpiry).toBe(200)
    outbox.clear('cleared')
    expect(outbox.nextExpiry).toBe(Infinity)
    push('c', { expiresAt: 50 })
    write()
    expect(outbox.nextExpiry).toBe(Infinity)
  })

  it('drops what has expired also behind what has not', () => {
    const { outbox, push, drops, rest } = setUp()
    push('long', { expiresAt: 500 })
    push('short', { expiresAt: 100 })
    push('', { expiresAt: 300 })
    outbox.expire(300)
    expect(drops).toEqual([
      ['short', 'expired'],
      ['', 'expired'],
    ])
    expect(outbox.nextExpiry).toBe(500)
    expect(rest()).toEqual(['long'])
  })

  it('drops what has expired behind one that came back', () => {
    const { outbox, push, write, rest } = setUp()
    push('a', { expiresAt: 500 })
    const a = write()
    push('b', { expiresAt: 100 })
    outbox.recover([a])
    outbox.expire(100)
    expect(rest()).toEqual(['a'])
  })

  it('does nothing before the first expiry', () => {
    const { outbox, push, drops } = setUp()
    push('a', { expiresAt: 100 })
    outbox.expire(99)
    expect(drops).toEqual([])
  })
})

type Operation =
  | { type: 'push'; size: number; ttl: number; key: string | undefined; hasId: boolean }
  | { type: 'write'; count: number }
  | { type: 'recover' | 'expire' | 'pass' | 'clear' }
  | { type: 'acknowledge' | 'drop'; pick: number }
  | { type: 'wait'; ms: number }

const pick = fc.nat(9)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    arbitrary: fc.record({
      type: fc.constant('push'),
      size: fc.integer({ min: 0, max: 7 }),
      ttl: fc.constantFrom(Infinity, 0, 1, 10, 50),
      key: fc.constantFrom(undefined, undefined, undefined, 'a', 'b'),
      hasId: fc.boolean(),
    }),
    weight: 10,
  },
  { arbitrary: fc.record({ type: fc.constant('write'), count: fc.integer({ min: 1, max: 3 }) }), weight: 4 },
  { arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 0, max: 30 }) }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constantFrom('acknowledge', 'drop'), pick }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constant('recover') }), weight: 2 },
  fc.record({ type: fc.constantFrom('expire', 'expire', 'pass', 'clear') }),
)
const limits: fc.Arbitrary<OutboxLimits> = fc.record({
  maxMessages: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity)),
  maxBytes: fc.oneof(fc.integer({ min: 7, max: 25 }), fc.constant(Infinity)),
  overflow: fc.constantFrom('throw', 'drop-oldest', 'drop-newest'),
})

/** What an outbox must do, with plain arrays. */
class Model {
  now = 0
  queue: Entry[] = []
  /** On the wire; those with an id are in flight. */
  wire: Entry[] = []
  accepted = 0
  written = 0
  recovered = 0
  acknowledged = 0
  readonly dropped: [unknown, DropReason][] = []
  readonly #limits: OutboxLimits
  readonly #sentBefore = new Set<Entry>()

  constructor(limits: OutboxLimits) {
    this.#limits = limits
  }

  get inFlight(): Entry[] {
    return this.wire.filter(({ id }) => id !== undefined)
  }

  get bytes(): number {
    return this.queue.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Whether the limits hold with these in the queue. */
  #fits(queue: readonly Entry[]): boolean {
    const held = [...queue, ...this.inFlight]
    const bytes = held.reduce((sum, entry) => sum + entry.bytes, 0)
    return held.length <= this.#limits.maxMessages && bytes <= this.#limits.maxBytes
  }

  #isEvictable(entry: Entry): boolean {
    return entry.id === undefined || !this.#sentBefore.has(entry)
  }

  /** Returns whether it throws. */
  push(entry: Entry): boolean {
    const { overflow } = this.#limits
    const old = this.queue.find(({ key }) => key !== undefined && key === entry.key)
    const withNew = () =>
      old ? this.queue.map((other) => (other === old ? entry : other)) : [...this.queue, entry]
    if (!this.#fits(withNew()) && overflow === 'throw') return true
    this.accepted += 1
    const waiting = this.queue
    if (overflow === 'drop-oldest') {
      for (const oldest of waiting) {
        if (this.#fits(withNew())) break
        if (oldest === old || !this.#isEvictable(oldest)) continue
        this.queue = this.queue.filter((other) => other !== oldest)
      }
      if (!this.#fits(withNew())) this.queue = waiting
    }
    const evicted = waiting.filter((other) => !this.queue.includes(other))
    for (const { message } of evicted) this.dropped.push([message, 'overflow'])
    if (this.#fits(withNew())) {
      this.queue = withNew()
      if (old) this.dropped.push([old.message, 'replaced'])
    } else this.dropped.push([entry.message, 'overflow'])
    return false
  }

  write(): Entry | undefined {
    while (this.queue[0] && this.queue[0].expiresAt <= this.now) {
      this.dropped.push([this.queue.shift()?.message, 'expired'])
    }
    const entry = this.queue.shift()
    if (entry === undefined) return undefined
    this.written += 1
    this.wire.push(entry)
    this.#sentBefore.add(entry)
    return entry
  }

  recover(): void {
    const { overflow } = this.#limits
    const back = this.wire
    this.wire = []
    this.recovered += back.length
    const newerKeys = new Set(this.queue.map(({ key }) => key).filter((key) => key !== undefined))
    // Of those that come back together, too, the newest of a key is the one to send.
    const kept = back.filter(
      ({ key }, i) =>
        key === undefined || (!newerKeys.has(key) && !back.slice(i + 1).some((other) => other.key === key)),
    )
    for (const entry of back) if (!kept.includes(entry)) this.dropped.push([entry.message, 'replaced'])
    this.queue = [...kept, ...this.queue]
    if (overflow === 'throw') return
    for (const entry of overflow === 'drop-oldest' ? [...this.queue] : [...this.queue].reverse()) {
      if (this.#fits(this.queue)) return
      if (!this.#isEvictable(entry)) continue
      this.queue = this.queue.filter((other) => other !== entry)
      this.dropped.push([entry.message, 'overflow'])
    }
  }

  acknowledge(entry: Entry): void {
    this.acknowledged += 1
    if (this.queue.includes(entry)) this.written += 1
    this.queue = this.queue.filter((other) => other !== entry)
    this.wire = this.wire.filter((other) => other !== entry)
  }

  drop(reason: DropReason, isDropped: (entry: Entry) => boolean): void {
    for (const entry of this.queue) if (isDropped(entry)) this.dropped.push([entry.message, reason])
    this.queue = this.queue.filter((entry) => !isDropped(entry))
  }
}

describe('an outbox, for any calls in any order', () => {
  it('does what arrays with counters do, within its limits, and loses nothing', () => {
    fc.assert(
      fc.property(limits, fc.array(operation, { maxLength: 80, size: 'max' }), (limits, operations) => {
        const dropped: [unknown, DropReason][] = []
        const outbox: Outbox = new Outbox(limits, ({ message }, reason) => {
          dropped.push([message, reason])
          const now = outbox.snapshot(0)
          const sum = now.written + now.dropped + now.queued
          expect(now.accepted + now.recovered, 'conservation, as a drop is told').toBe(sum)
        })
        const model = new Model(limits)
        let sequence = 0
        for (const [index, operation] of operations.entries()) {
          switch (operation.type) {
            case 'push': {
              const { key, hasId, ttl, size } = operation
              const details = { key, id: hasId ? index : undefined, expiresAt: model.now + ttl }
              const entry = new Entry(index, 'x'.repeat(size), details)
              let didThrow = false
              try {
                outbox.push(entry)
              } catch {
                didThrow = true
              }
              expect(didThrow).toBe(model.push(entry))
              break
            }
            case 'write':
              for (let i = 0; i < operation.count; i++) {
                const entry = outbox.peek(model.now)
                if (entry) {
                  outbox.take(entry)
                  sequence += 1
                  entry.sequence = sequence
                }
                expect(entry).toBe(model.write())
              }
              break
            case 'recover':
              outbox.recover([...model.wire])
              model.recover()
              break
            case 'acknowledge': {
              // In flight, or queued again.
              const pending = [...model.wire, ...model.queue.filter((entry) => entry.sequence > 0)]
              const known = pending.filter(({ id }) => id !== undefined)
              const entry = known[operation.pick % known.length]
              if (entry === undefined) break
              outbox.acknowledge(entry)
              model.acknowledge(entry)
              break
            }
            case 'drop': {
              const entry = model.queue[operation.pick % model.queue.length]
              if (entry === undefined) break
              outbox.drop(entry, 'aborted')
              model.drop('aborted', (other) => other === entry)
              break
            }
            case 'expire':
              outbox.expire(model.now)
              model.drop('expired', ({ expiresAt }) => expiresAt <= model.now)
              break
            case 'pass':
              outbox.pass(index % 2 === 0 ? '' : new Entry(index, ''))
              model.accepted += 1
              model.written += 1
              break
            case 'clear':
              expect(outbox.clear('cleared')).toEqual(model.queue)
              model.drop('cleared', () => true)
              break
            case 'wait':
              model.now += operation.ms
              break
            default:
              operation satisfies never
          }
          const { accepted, written, recovered, acknowledged } = model
          expect(outbox.snapshot(0)).toEqual({
            queued: model.queue.length,
            queuedBytes: model.bytes,
            inFlight: model.inFlight.length,
            nativeBufferedAmount: 0,
            accepted,
            written,
            recovered,
            dropped: model.dropped.length,
            unconfirmed: 0,
            acknowledged,
          })
          expect(accepted + recovered).toBe(written + model.dropped.length + model.queue.length)
          const first = Math.min(Infinity, ...model.queue.map(({ expiresAt }) => expiresAt))
          expect(outbox.nextExpiry).toBeLessThanOrEqual(first)
        }
        expect(dropped).toEqual(model.dropped)
      }),
      { numRuns: 500 },
    )
  })
})

it('counts no byte of a text that is written at once and not waited for', () => {
  const { outbox } = setUp()
  const entry = new Entry('ü', 'ü')
  outbox.pass(entry)
  // As send() does for each message: to count them is most of what it would cost.
  expect(entry.counted).toBe(-1)
})

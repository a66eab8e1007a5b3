import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DropReason, type Entry, Outbox, type OutboxLimits } from './outbox.ts'

const LIMITS: OutboxLimits = { maxMessages: 3, maxBytes: 10, overflow: 'throw' }

function setUp(limits: Partial<OutboxLimits> = {}) {
  const drops: [unknown, DropReason][] = []
  const outbox: Outbox = new Outbox({ ...LIMITS, ...limits }, ({ message }, reason) => {
    drops.push([message, reason])
  })
  return {
    outbox,
    drops,
    push: (text: string, expiresAt = Infinity) => outbox.push(text, text, expiresAt),
    counts: () => {
      const { accepted, written, dropped, queued, queuedBytes } = outbox.snapshot(0)
      return { accepted, written, dropped, queued, queuedBytes }
    },
    rest: () => outbox.clear('cleared'),
  }
}

describe('an outbox', () => {
  it('hands out what it took, oldest first, and counts it', () => {
    const { outbox, push, counts } = setUp()
    push('a')
    push('bé')
    expect(counts()).toEqual({ accepted: 2, written: 0, dropped: 0, queued: 2, queuedBytes: 4 })
    expect(outbox.peek(0)?.data).toBe('a')
    outbox.shiftWritten()
    expect(outbox.peek(0)?.data).toBe('bé')
    outbox.shiftWritten()
    expect(outbox.peek(0)).toBeUndefined()
    outbox.shiftWritten()
    expect(counts()).toEqual({ accepted: 2, written: 2, dropped: 0, queued: 0, queuedBytes: 0 })
  })

  it('counts what passed it by', () => {
    const { outbox, counts } = setUp()
    outbox.passed()
    expect(counts()).toEqual({ accepted: 1, written: 1, dropped: 0, queued: 0, queuedBytes: 0 })
  })

  it('shows what the native buffer holds in its snapshot', () => {
    expect(setUp().outbox.snapshot(77).nativeBufferedAmount).toBe(77)
  })

  it('takes exactly as many messages and bytes as it may', () => {
    const { push } = setUp()
    for (const text of ['1234', '567', '890']) push(text)
    const full = expect.objectContaining({ code: 'OVERFLOW' })
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

  it("counts the newest as accepted and dropped with 'drop-newest'", () => {
    const { push, drops, counts, rest } = setUp({ overflow: 'drop-newest' })
    for (const text of ['a', 'b', 'c', 'd']) push(text)
    expect(drops).toEqual([['d', 'overflow']])
    expect(counts()).toEqual({ accepted: 4, written: 0, dropped: 1, queued: 3, queuedBytes: 3 })
    expect(rest()).toEqual(['a', 'b', 'c'])
  })

  it.each(['throw', 'drop-oldest', 'drop-newest'] as const)(
    'refuses a message that could never wait, with %s too',
    (overflow) => {
      const { outbox, counts } = setUp({ overflow })
      expect(() => outbox.checkSize('12345678901')).toThrow('11 bytes is over maxBytes (10)')
      expect(() => outbox.checkSize('ééééé')).not.toThrow()
      expect(counts().accepted).toBe(0)
    },
  )

  it('drops all that waits, and returns it', () => {
    const { outbox, push, drops, counts } = setUp()
    push('a')
    push('b')
    expect(outbox.clear('closed')).toEqual(['a', 'b'])
    expect(outbox.clear('closed')).toEqual([])
    expect(drops).toEqual([
      ['a', 'closed'],
      ['b', 'closed'],
    ])
    expect(counts()).toEqual({ accepted: 2, written: 0, dropped: 2, queued: 0, queuedBytes: 0 })
  })
})

describe('expiry', () => {
  it('never hands out a message at or after its time', () => {
    const { outbox, push, drops } = setUp()
    push('a', 100)
    push('b', 200)
    expect(outbox.peek(99)?.data).toBe('a')
    expect(outbox.peek(100)?.data).toBe('b')
    expect(drops).toEqual([['a', 'expired']])
  })

  it('knows the first expiry, and none once nothing waits', () => {
    const { outbox, push } = setUp()
    expect(outbox.nextExpiry).toBe(Infinity)
    push('a', 300)
    push('b', 200)
    expect(outbox.nextExpiry).toBe(200)
    outbox.clear('cleared')
    expect(outbox.nextExpiry).toBe(Infinity)
    push('c', 50)
    outbox.shiftWritten()
    expect(outbox.nextExpiry).toBe(Infinity)
  })

  it('drops what has expired also behind what has not', () => {
    const { outbox, push, drops, rest } = setUp()
    push('long', 500)
    push('short', 100)
    push('', 300)
    outbox.expire(300)
    expect(drops).toEqual([
      ['short', 'expired'],
      ['', 'expired'],
    ])
    expect(outbox.nextExpiry).toBe(500)
    expect(rest()).toEqual(['long'])
  })

  it('does nothing before the first expiry', () => {
    const { outbox, push, drops } = setUp()
    push('a', 100)
    outbox.expire(99)
    expect(drops).toEqual([])
  })
})

type Operation =
  | { type: 'push'; size: number; ttl: number }
  | { type: 'write'; count: number }
  | { type: 'expire' | 'pass' | 'clear' }
  | { type: 'wait'; ms: number }

const ttl = fc.constantFrom(Infinity, 0, 1, 10, 50)
const sizeOf = fc.integer({ min: 0, max: 7 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('push'), size: sizeOf, ttl }), weight: 8 },
  { arbitrary: fc.record({ type: fc.constant('write'), count: fc.integer({ min: 1, max: 3 }) }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 0, max: 30 }) }), weight: 3 },
  fc.record({ type: fc.constantFrom('expire', 'expire', 'pass', 'clear') }),
)
const limits: fc.Arbitrary<OutboxLimits> = fc.record({
  maxMessages: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Infinity)),
  maxBytes: fc.oneof(fc.integer({ min: 7, max: 25 }), fc.constant(Infinity)),
  overflow: fc.constantFrom('throw', 'drop-oldest', 'drop-newest'),
})

type Queued = Pick<Entry, 'message' | 'data' | 'bytes' | 'expiresAt'>

/** What an outbox must do, with a plain array. */
class Model {
  now = 0
  queue: Queued[] = []
  accepted = 0
  written = 0
  readonly dropped: [unknown, DropReason][] = []
  readonly #limits: OutboxLimits

  constructor(limits: OutboxLimits) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.queue.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Returns whether it throws. */
  push(entry: Queued): boolean {
    const { maxMessages, maxBytes, overflow } = this.#limits
    const isFull = () => this.queue.length >= maxMessages || this.bytes + entry.bytes > maxBytes
    if (isFull() && overflow === 'throw') return true
    this.accepted += 1
    if (isFull() && overflow === 'drop-newest') {
      this.dropped.push([entry.message, 'overflow'])
      return false
    }
    while (isFull()) this.dropped.push([this.queue.shift()?.message, 'overflow'])
    this.queue.push(entry)
    return false
  }

  write(): unknown {
    while (this.queue[0] && this.queue[0].expiresAt <= this.now) {
      this.dropped.push([this.queue.shift()?.message, 'expired'])
    }
    const entry = this.queue.shift()
    if (entry) this.written += 1
    return entry?.message
  }

  drop(reason: DropReason, isDropped: (entry: Queued) => boolean): void {
    for (const entry of this.queue) if (isDropped(entry)) this.dropped.push([entry.message, reason])
    this.queue = this.queue.filter((entry) => !isDropped(entry))
  }
}

describe('an outbox, for any calls in any order', () => {
  it('does what an array with counters does, within its limits, and loses nothing', () => {
    fc.assert(
      fc.property(limits, fc.array(operation, { maxLength: 80, size: 'max' }), (limits, operations) => {
        const dropped: [unknown, DropReason][] = []
        const outbox: Outbox = new Outbox(limits, ({ message }, reason) => {
          dropped.push([message, reason])
          const now = outbox.snapshot(0)
          expect(now.accepted, 'accepted, as a drop is told').toBe(now.written + now.dropped + now.queued)
        })
        const model = new Model(limits)
        for (const [index, operation] of operations.entries()) {
          switch (operation.type) {
            case 'push': {
              const data = 'x'.repeat(operation.size)
              const expiresAt = model.now + operation.ttl
              const entry = { message: index, data, bytes: data.length, expiresAt }
              let didThrow = false
              try {
                outbox.push(index, data, expiresAt)
              } catch {
                didThrow = true
              }
              expect(didThrow).toBe(model.push(entry))
              break
            }
            case 'write':
              for (let i = 0; i < operation.count; i++) {
                const entry = outbox.peek(model.now)
                outbox.shiftWritten()
                expect(entry?.message).toBe(model.write())
              }
              break
            case 'expire':
              outbox.expire(model.now)
              model.drop('expired', ({ expiresAt }) => expiresAt <= model.now)
              break
            case 'pass':
              outbox.passed()
              model.accepted += 1
              model.written += 1
              break
            case 'clear':
              expect(outbox.clear('cleared')).toEqual(model.queue.map(({ message }) => message))
              model.drop('cleared', () => true)
              break
            case 'wait':
              model.now += operation.ms
              break
            default:
              operation satisfies never
          }
          const { accepted, written } = model
          const queue = { queued: model.queue.length, queuedBytes: model.bytes, nativeBufferedAmount: 0 }
          expect(outbox.snapshot(0)).toEqual({ ...queue, accepted, written, dropped: model.dropped.length })
          expect(accepted).toBe(written + model.dropped.length + model.queue.length)
          expect(outbox.length).toBeLessThanOrEqual(limits.maxMessages)
          expect(outbox.bytes).toBeLessThanOrEqual(limits.maxBytes)
          const first = Math.min(Infinity, ...model.queue.map(({ expiresAt }) => expiresAt))
          expect(outbox.nextExpiry).toBeLessThanOrEqual(first)
        }
        expect(dropped).toEqual(model.dropped)
      }),
    )
  })
})

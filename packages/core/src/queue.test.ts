import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Entry } from './entry.ts'
import { Queue } from './queue.ts'

function entry(text: string, details: { key?: string; expiresAt?: number } = {}): Entry {
  return new Entry(text, text, details)
}

const texts = (queue: Queue): unknown[] => [...queue].map(({ message }) => message)

function queueOf(...entries: Entry[]): Queue {
  const queue = new Queue()
  for (const each of entries) queue.push(each)
  return queue
}

describe('a queue', () => {
  it('keeps entries in the order that they came in, and returned ones before them', () => {
    const queue = queueOf(entry('b'), entry('cc'))
    queue.unshift(entry('a'))
    expect(texts(queue)).toEqual(['a', 'b', 'cc'])
    expect([queue.length, queue.bytes]).toEqual([3, 4])
    expect(queue.peek()?.message).toBe('a')
  })

  it('takes one out from anywhere, which is over then', () => {
    const [a, b, c] = [entry('a'), entry('b'), entry('c')]
    const queue = queueOf(a, b, c)
    queue.remove(b)
    expect(b.status).toBe('over')
    queue.remove(a)
    expect(queue.peek()).toBe(c)
    expect([queue.length, queue.bytes]).toEqual([1, 1])
  })

  it('finds by its key the one that is queued, and none without a key', () => {
    const [old, other] = [entry('old', { key: 'k' }), entry('other')]
    const queue = queueOf(old, other)
    expect([queue.byKey('k'), queue.byKey('l'), queue.byKey(undefined)]).toEqual([old, undefined, undefined])
    const next = entry('next', { key: 'k' })
    queue.replace(old, next)
    expect(queue.byKey('k')).toBe(next)
    queue.remove(next)
    expect(queue.byKey('k')).toBeUndefined()
  })

  it('puts one in the place of another, also after those around it are gone and the gaps are closed up', () => {
    const entries = Array.from({ length: 400 }, (_, index) => entry(`${index}`))
    const queue = queueOf(...entries)
    const [first, last] = [entries.at(0) as Entry, entries.at(-1) as Entry]
    for (const each of entries.slice(1, -1)) queue.remove(each)
    queue.push(entry('new'))
    queue.replace(last, entry('in the place of the last'))
    queue.replace(first, entry('in the place of the first'))
    expect(texts(queue)).toEqual(['in the place of the first', 'in the place of the last', 'new'])
    expect(queue.length).toBe(3)
  })

  it('hands out all at clear(), oldest first, and begins anew', () => {
    const queue = queueOf(entry('a', { key: 'k', expiresAt: 5 }), entry('b'))
    expect(queue.clear().map(({ message, status }) => [message, status])).toEqual([
      ['a', 'over'],
      ['b', 'over'],
    ])
    expect([queue.length, queue.bytes, queue.nextExpiry]).toEqual([0, 0, Infinity])
    expect([queue.peek(), queue.byKey('k')]).toEqual([undefined, undefined])
  })
})

describe('expiry', () => {
  it('takes out those whose time has come, in the order of the queue, whatever the order of their times', () => {
    const queue = queueOf(
      entry('late', { expiresAt: 30 }),
      entry('soon', { expiresAt: 10 }),
      entry('never'),
      entry('then', { expiresAt: 20 }),
    )
    expect(queue.nextExpiry).toBe(10)
    expect(queue.expire(9)).toEqual([])
    expect(queue.expire(20).map(({ message }) => message)).toEqual(['soon', 'then'])
    expect(texts(queue)).toEqual(['late', 'never'])
    expect(queue.nextExpiry).toBe(30)
  })

  it('looks at all again once those with times of their own are gone', () => {
    const queue = queueOf(entry('b', { expiresAt: 20 }), entry('a', { expiresAt: 10 }))
    queue.clear()
    for (const expiresAt of [10, 20, 30]) queue.push(entry(`${expiresAt}`, { expiresAt }))
    expect(queue.expire(20)).toHaveLength(2)
    expect(texts(queue)).toEqual(['30'])
  })
})

/** One call, of numbers that are taken modulo what there is. */
const call = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('push' as const), key: fc.nat(9), ttl: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('unshift' as const), key: fc.nat(9), ttl: fc.nat(50) }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove-most' as const), keep: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('expire' as const), after: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('push-many' as const), count: fc.nat(150) }) },
)

describe('a queue, whatever is done to it', () => {
  it('is as a plain list would be', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const queue = new Queue()
        let list: Entry[] = []
        let now = 0
        let count = 0
        const add = (to: 'head' | 'end', key: string | undefined, expiresAt = Infinity): void => {
          count += 1
          const next = new Entry(count, 'x'.repeat(count % 5), { key, expiresAt })
          const old = queue.byKey(key)
          expect(old).toBe(list.find((each) => key !== undefined && each.key === key))
          if (old) {
            queue.replace(old, next)
            list = list.map((each) => (each === old ? next : each))
          } else if (to === 'end') {
            queue.push(next)
            list.push(next)
          } else {
            queue.unshift(next)
            list.unshift(next)
          }
        }
        const remove = (each: Entry | undefined): void => {
          if (each === undefined) return
          queue.remove(each)
          list = list.filter((other) => other !== each)
        }
        for (const each of calls) {
          if (each.op === 'push' || each.op === 'unshift') {
            // Some have a key, some an end.
            const key = each.key < 3 ? `k${each.key}` : undefined
            add(each.op === 'push' ? 'end' : 'head', key, each.ttl < 25 ? now + each.ttl : Infinity)
          } else if (each.op === 'push-many') {
            for (let i = 0; i < each.count; i++) add('end', undefined, now + 100)
          } else if (each.op === 'remove') remove(list[each.which % Math.max(1, list.length)])
          else if (each.op === 'remove-most') for (const one of list.slice(1, -1 - each.keep)) remove(one)
          else {
            now += each.after
            const expired = list.filter(({ expiresAt }) => expiresAt <= now)
            expect(queue.expire(now)).toEqual(expired)
            list = list.filter(({ expiresAt }) => expiresAt > now)
          }
          expect([...queue]).toEqual(list)
          expect(queue.length).toBe(list.length)
          expect(queue.bytes).toBe(list.reduce((sum, { bytes }) => sum + bytes, 0))
          expect(queue.peek()).toBe(list[0])
          const soonest = Math.min(Infinity, ...list.map(({ expiresAt }) => expiresAt))
          expect(queue.nextExpiry).toBeLessThanOrEqual(soonest)
          expect(list.every(({ status }) => status === 'queued')).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})

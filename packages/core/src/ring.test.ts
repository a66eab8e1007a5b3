import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ring } from './ring.ts'

type Operation =
  | { type: 'push' | 'shift' | 'unshift'; count: number }
  | { type: 'put' | 'while'; index: number }
  | { type: 'clear' | 'pop' }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    arbitrary: fc.record({
      type: fc.constantFrom('push', 'shift', 'unshift'),
      count: fc.integer({ min: 1, max: 3_000 }),
    }),
    weight: 8,
  },
  {
    arbitrary: fc.record({
      type: fc.constantFrom('push', 'shift', 'unshift'),
      count: fc.integer({ min: 1, max: 20 }),
    }),
    weight: 8,
  },
  { arbitrary: fc.record({ type: fc.constantFrom('put', 'while'), index: fc.nat(4_000) }), weight: 4 },
  fc.record({ type: fc.constantFrom('clear', 'pop') }),
)

describe('Ring', () => {
  it('is empty at first', () => {
    const ring = new Ring<number>()
    expect(ring.length).toBe(0)
    expect(ring.peek()).toBeUndefined()
    expect(ring.shift()).toBeUndefined()
    expect([...ring]).toEqual([])
  })

  it('shows the oldest without taking it', () => {
    const ring = new Ring<number>()
    ring.push(1)
    ring.push(2)
    expect(ring.peek()).toBe(1)
    expect(ring.length).toBe(2)
  })

  it.each([1, 16, 17, 33, 2_000])(
    'holds %i that were put before all others, and gives them back',
    (count) => {
      const ring = new Ring<number>()
      for (let i = 0; i < count; i++) ring.unshift(i)
      expect([...ring]).toEqual(Array.from({ length: count }, (_, i) => count - 1 - i))
      expect(Array.from({ length: count }, () => ring.pop())).toEqual(
        Array.from({ length: count }, (_, i) => i),
      )
      expect([ring.length, ring.pop(), ring.length]).toEqual([0, undefined, 0])
    },
  )

  it('puts an item in the place of another, wherever both came in', () => {
    const ring = new Ring<string>()
    const places = [ring.push('c'), ring.unshift('b'), ring.unshift('a'), ring.push('d')]
    for (const place of places) ring.put(place, `${place}`)
    expect([...ring]).toEqual([places[2], places[1], places[0], places[3]].map(String))
    ring.shift()
    ring.put(ring.unshift('again'), 'first')
    ring.put(places[3] ?? 0, 'last')
    expect([...ring]).toEqual(['first', `${places[1]}`, `${places[0]}`, 'last'])
    expect([ring.at(places[3] ?? 0), ring.at(ring.end)]).toEqual(['last', undefined])
  })

  it('takes the oldest off up to a place, whatever the test says of those behind it', () => {
    const ring = new Ring<string>()
    for (const item of ['a', 'b', 'c', 'd']) ring.push(item)
    ring.shiftWhile(2, () => true)
    expect([...ring]).toEqual(['c', 'd'])
    ring.shiftWhile(2, () => true)
    expect([...ring]).toEqual(['c', 'd'])
    ring.shiftWhile(Infinity, () => true)
    expect([ring.length, ring.peek(), ring.end]).toEqual([0, undefined, 4])
  })

  it('has nothing beyond what it holds, also where it is full', () => {
    const ring = new Ring<number>()
    for (let i = 0; i < 16; i++) ring.push(i)
    expect([ring.at(15), ring.at(16), ring.at(17)]).toEqual([15, undefined, undefined])
    expect([...ring]).toHaveLength(16)
  })

  it('does what an array does, through growth, wrap-around and shrinking', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const ring = new Ring<number>()
        let model: number[] = []
        let next = 0
        const places = new Map<number, number>()
        for (const operation of operations) {
          switch (operation.type) {
            case 'push':
              for (let i = 0; i < operation.count; i++) {
                places.set(next, ring.push(next))
                model.push(next)
                next += 1
              }
              break
            case 'unshift':
              for (let i = 0; i < operation.count; i++) {
                places.set(next, ring.unshift(next))
                model.unshift(next)
                next += 1
              }
              break
            case 'put': {
              const old = model[operation.index]
              const place = old === undefined ? undefined : places.get(old)
              if (place === undefined) break
              expect(ring.at(place)).toBe(old)
              ring.put(place, next)
              places.set(next, place)
              model[operation.index] = next
              next += 1
              break
            }
            case 'while': {
              // As far as one that fails the test, or to a place.
              const first = ring.end - ring.length
              const failing = model[operation.index]
              const told: number[] = []
              ring.shiftWhile(first + operation.index + 2, (item, place) => {
                expect(ring.at(place)).toBe(item)
                told.push(item)
                return item !== failing
              })
              const end = failing === undefined ? model.length : operation.index
              expect(told).toEqual(model.slice(0, failing === undefined ? end : end + 1))
              model = model.slice(end)
              break
            }
            case 'pop':
              expect(ring.pop()).toBe(model.pop())
              break
            case 'shift': {
              const taken = Array.from({ length: operation.count }, () => ring.shift())
              const expected = Array.from({ length: operation.count }, (_, i) => model[i])
              model = model.slice(operation.count)
              expect(taken).toEqual(expected)
              break
            }
            case 'clear':
              ring.clear()
              model = []
              break
            default:
              operation satisfies never
          }
          expect(ring.length).toBe(model.length)
          expect(ring.peek()).toBe(model[0])
          expect(ring.at(ring.end - ring.length + 3)).toBe(model[3])
        }
        expect([...ring]).toEqual(model)
      }),
    )
  })
})

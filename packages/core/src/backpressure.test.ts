import { describe, expect, it } from 'vitest'
import { BoundedBuffer, type BufferOptions } from './backpressure.ts'

/** What is left, oldest first. */
function drain<T>(buffer: BoundedBuffer<T>): T[] {
  const values: T[] = []
  for (let first = buffer.shift(); first; first = buffer.shift()) values.push(first.value)
  return values
}

function filled(options: BufferOptions<number>, ...values: number[]): BoundedBuffer<number> {
  const buffer = new BoundedBuffer(options)
  for (const value of values) buffer.push(value)
  return buffer
}

describe('a bounded buffer', () => {
  it('takes values up to its capacity, then throws, and keeps what it has', () => {
    const buffer = filled({ capacity: 2 }, 1, 2)
    expect(() => buffer.push(3)).toThrow(expect.objectContaining({ code: 'OVERFLOW' }))
    expect(drain(buffer)).toEqual([1, 2])
  })

  it('has room for 1 000 values unless it is told otherwise', () => {
    const thousand = Array.from({ length: 1_000 }, (_, n) => n)
    const buffer = filled({}, ...thousand)
    expect(() => buffer.push(1_000)).toThrow(expect.objectContaining({ code: 'OVERFLOW' }))
    expect(filled({ capacity: Infinity }, ...thousand, 1_000).shift()).toEqual({ value: 0 })
  })

  it.each([
    ['drop-oldest', [2, 3]],
    ['drop-newest', [1, 2]],
  ] as const)('drops with %s, also where nobody is told', (overflow, left) => {
    expect(drain(filled({ capacity: 2, overflow }, 1, 2, 3))).toEqual(left)
  })

  it('tells each value that was dropped, and how many were so far', () => {
    const dropped: [number, number][] = []
    filled(
      { capacity: 1, overflow: 'drop-oldest', onDrop: (value, count) => dropped.push([value, count]) },
      ...[5, 6, 7],
    )
    expect(dropped).toEqual([
      [5, 1],
      [6, 2],
    ])
  })

  it('has nothing left once it was cleared, and room again', () => {
    const buffer = filled({ capacity: 2 }, 1, 2)
    buffer.clear()
    buffer.push(3)
    expect(drain(buffer)).toEqual([3])
  })

  it.each<[string, object]>([
    ['capacity must be a whole number, 1 or more; got 0.', { capacity: 0 }],
    ['capacity must be a whole number, 1 or more; got 1.5.', { capacity: 1.5 }],
    ['onDrop must be a function; got a string.', { onDrop: 'log' }],
    ["overflow must be 'throw' or 'drop-oldest' or 'drop-newest'; got a string.", { overflow: 'drop' }],
  ])('says: %s', (message, options) => {
    expect(() => new BoundedBuffer(options)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message }),
    )
  })
})

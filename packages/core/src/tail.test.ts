import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, type OwnedData } from './bytes.ts'
import { Tail, type Written } from './tail.ts'

interface Item {
  readonly data: string
  readonly bytes: number
  sequence: number
}

const itemOf = (data: string): Item => ({ data, bytes: byteLength(data), sequence: 0 })
const isInDoubt = () => true

/** Writes to a host that sends nothing, and counts so many bytes of framing for each. */
function setUp(texts: readonly string[], { keep = 0, framing = 0 } = {}) {
  const tail = new Tail(keep, itemOf, isInDoubt)
  const items = texts.map(itemOf)
  let buffered = 0
  for (const item of items) {
    tail.add(item, buffered)
    const grown = item.bytes + framing
    if (tail.isUncalibrated) tail.calibrate(grown)
    buffered += grown
  }
  return { tail, items, buffered }
}

describe('a tail', () => {
  it('numbers what is written, and holds it until it is taken', () => {
    const { tail, items } = setUp(['a', 'b'])
    expect(items.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(tail.last).toBe(2)
    expect(tail.take()).toEqual(items)
    expect(tail.take()).toEqual([])
    expect(tail.last).toBe(2)
  })

  it.each([
    [0, 0],
    [1, 0],
    [3, 1],
    [4, 1],
    [6, 2],
    [8, 2],
    [9, 3],
  ])('with %i of its 9 bytes buffered knows %i messages to be unsent', (buffered, count) => {
    expect(setUp(['abc', 'def', 'ghi']).tail.unsent(buffered)).toBe(count)
  })

  it.each([
    // The Blob alone: it was passed over, and what is behind has left.
    [10, 0],
    // Not that, or not so that anybody could tell.
    [13, 2],
    [16, 3],
    [9, 2],
    [6, 2],
    [3, 1],
  ])(
    'with %i bytes buffered of a Blob of 10 and two texts of 3 knows %i messages to be unsent',
    (buffered, count) => {
      const tail = new Tail<Written>(1_000, itemOf, isInDoubt)
      tail.add({ data: new Blob(['0123456789']), bytes: 10, sequence: 0 }, 0)
      tail.add('abc', 10)
      tail.add('def', 13)
      expect(tail.unsent(buffered)).toBe(count)
    },
  )

  it('that knows a Blob to have left knows what is behind it to be unsent', () => {
    const tail = new Tail<Written>(1_000, itemOf, isInDoubt)
    tail.add({ data: new Blob(['012']), bytes: 3, sequence: 0 }, 0)
    tail.add('abc', 3)
    expect(tail.unsent(3)).toBe(0)
    expect(tail.left(3)).toBe(1)
    expect(tail.unsent(3)).toBe(1)
  })

  it.each([
    [0, 3],
    [1, 2],
    [3, 2],
    [4, 1],
    [7, 0],
    [9, 0],
  ])('with %i of its 9 bytes buffered knows %i messages to have left', (buffered, count) => {
    expect(setUp(['abc', 'def', 'ghi']).tail.left(buffered)).toBe(count)
  })

  it('makes an item of a text that had none when it is taken, in its place', () => {
    const tail = new Tail(100, itemOf, isInDoubt)
    const own = itemOf('b')
    for (const item of ['a', own, 'a', 'c']) tail.add(item, 0)
    expect(tail.last).toBe(4)
    const items = tail.take()
    expect(items).toStrictEqual(['a', 'b', 'a', 'c'].map((data, i) => ({ data, bytes: 1, sequence: i + 1 })))
    expect(items[1]).toBe(own)
  })

  it('lets go of equal texts as of others', () => {
    const tail = new Tail(3, itemOf, isInDoubt)
    for (let i = 0; i < 100; i++) tail.add('a', 0)
    expect(tail.take().map(({ sequence }) => sequence)).toEqual([97, 98, 99, 100])
  })

  it.each([0, 1, 8, 100])('keeps empty messages as if each were a byte: of %i bytes none less', (keep) => {
    const tail = new Tail(keep, itemOf, isInDoubt)
    for (let i = 1; i <= 1_000; i++) {
      tail.add(i % 3 === 0 ? 'a' : '', 0)
      const held = tail.last - tail.older
      expect(held).toBeGreaterThanOrEqual(Math.min(i, Math.max(1, keep)))
      expect(held).toBeLessThanOrEqual(Math.max(1, keep * 1.125))
    }
  })

  it('learns from a text that has no item', () => {
    const tail = new Tail(100, itemOf, isInDoubt)
    tail.add('grüße', 0)
    for (const grown of [0, 6]) tail.calibrate(grown)
    expect(tail.isUncalibrated).toBe(true)
    tail.calibrate(9)
    tail.add('abc', 9)
    // By payload alone, 10 bytes would be both.
    expect([tail.unsent(16), tail.unsent(17)]).toEqual([0, 1])
  })

  it('counts text in UTF-8', () => {
    const { tail } = setUp(['grüße', '👋'])
    expect(tail.unsent(4)).toBe(1)
    expect(tail.unsent(10)).toBe(1)
    expect(tail.unsent(11)).toBe(2)
  })

  it('claims no empty message at the edge: it may have left', () => {
    const { tail } = setUp(['', 'abc', ''])
    expect(tail.unsent(3)).toBe(2)
    expect(tail.unsent(0)).toBe(0)
    expect(setUp(['a', '']).tail.unsent(0)).toBe(0)
  })

  it('claims fewer where the host counts framing', () => {
    // Three frames of 2 bytes and 3 of payload: by payload alone, 10 bytes would be three messages.
    const { tail } = setUp(['abc', 'def', 'ghi'], { framing: 2 })
    expect(tail.unsent(10)).toBe(0)
    expect(tail.unsent(17)).toBe(1)
  })

  it('learns nothing from a host that took a message at once', () => {
    const tail = new Tail(0, itemOf, isInDoubt)
    tail.add(itemOf('abc'), 0)
    for (const grown of [0, 2]) tail.calibrate(grown)
    expect(tail.isUncalibrated).toBe(true)
    tail.calibrate(3)
    expect(tail.isUncalibrated).toBe(false)
  })

  it('learns nothing where what was written is gone already', () => {
    const tail = new Tail(0, itemOf, isInDoubt)
    tail.calibrate(1)
    expect(tail.isUncalibrated).toBe(true)
  })

  it('forgets what was refused', () => {
    const { tail, items } = setUp(['a', 'b'])
    tail.undo()
    expect(tail.last).toBe(1)
    expect(tail.take()).toEqual(items.slice(0, 1))
  })

  describe.each<[string, (text: string) => Item | string]>([
    ['messages', itemOf],
    ['texts without an item', (text) => text],
  ])('forgets what was refused after it was asked what has left: %s', (_kind, make) => {
    it.each<[string, number, number, number]>([
      ['none had left', 9, 6, 0],
      ['some had left', 6, 3, 1],
      ['all had left, which does not come back', 0, 3, 2],
      ['all had left, and all do', 0, 0, 2],
    ])('%s', (_, before, after, count) => {
      const tail = new Tail(100, itemOf, isInDoubt)
      for (const [i, text] of ['abc', 'def', 'ghi'].entries()) tail.add(make(text), 3 * i)
      tail.left(before)
      tail.undo()
      expect(tail.left(after)).toBe(count)
      tail.add(make('jkl'), after)
      expect(tail.left(after + 3)).toBe(count)
      expect(tail.left(0)).toBe(3)
    })
  })

  it('has nothing to forget before anything was written', () => {
    const { tail } = setUp([])
    tail.undo()
    expect(tail.last).toBe(0)
  })

  it.each<[string, () => OwnedData]>([
    ['bytes', () => new Uint8Array(10)],
    ['a blob', () => new Blob(['x'.repeat(10)])],
  ])('counts %s', (_, dataOf) => {
    const tail = new Tail<Written>(10, itemOf, isInDoubt)
    for (let i = 0; i < 3; i++) tail.add({ data: dataOf(), bytes: 10, sequence: 0 }, 0)
    expect(tail.take().map(({ sequence }) => sequence)).toEqual([2, 3])
  })

  it('lets go of what must have left, but for what it is to keep beside the newest', () => {
    for (const [keep, held] of [
      [0, 1],
      [2, 3],
      [3, 4],
      [100, 5],
    ] as const) {
      const tail = new Tail(keep, itemOf, isInDoubt)
      for (const text of ['a', 'b', 'c', 'd', 'e']) tail.add(itemOf(text), 0)
      expect(tail.take().length, `keep ${keep}`).toBe(held)
    }
  })

  it.each<[string, number, readonly string[], readonly string[]]>([
    ['the newest, although it is empty', 0, ['a', ''], ['']],
    ['no less than it is to keep, though that takes more', 4, ['aaa', 'bbb'], ['aaa', 'bbb']],
    ['as much after many empty ones', 5, [...Array<string>(20).fill(''), 'abc', 'd'], ['', 'abc', 'd']],
  ])('holds %s', (_, keep, texts, held) => {
    const tail = new Tail(keep, itemOf, isInDoubt)
    for (const text of texts) tail.add(itemOf(text), 0)
    expect(tail.take().map(({ data }) => data)).toEqual(held)
  })

  it.each<[string, number, readonly string[], string, readonly string[], readonly string[]]>([
    ['bytes', 6, ['aaa', 'bbb'], 'ccc', ['d'], ['aaa', 'bbb', 'd']],
    ['empty messages', 5, [], '', ['abc', 'd'], ['abc', 'd']],
    ['messages that were not empty', 5, [], 'x', [...'abcdefghij'], [...'efghij']],
  ])('holds as much after %s were refused', (_, keep, before, refused, after, held) => {
    const tail = new Tail(keep, itemOf, isInDoubt)
    for (const text of before) tail.add(itemOf(text), 0)
    for (let i = 0; i < (before.length > 0 ? 1 : 20); i++) {
      tail.add(itemOf(refused), 0)
      tail.undo()
    }
    for (const text of after) tail.add(itemOf(text), 0)
    expect(tail.take().map(({ data }) => data)).toEqual(held)
  })

  it('knows no more messages to be unsent than there are', () => {
    const { tail } = setUp(Array<string>(16).fill('a'))
    expect(tail.unsent(1_000)).toBe(16)
  })

  it('begins anew once it is taken', () => {
    const { tail } = setUp(['abc', 'def'], { framing: 2 })
    tail.take()
    expect(tail.isUncalibrated).toBe(true)
    expect([tail.unsent(10), tail.left(10)]).toEqual([0, 2])
    tail.add(itemOf('ghi'), 0)
    expect([tail.left(3), tail.left(2), tail.left(0)]).toEqual([2, 2, 3])
  })

  it.each([0, 1, 10])('does not pile up empty messages (keep %i)', (keep) => {
    const tail = new Tail(keep, itemOf, isInDoubt)
    for (let i = 0; i < 1_000; i++) tail.add(itemOf(''), 0)
    expect(tail.take().length).toBeLessThanOrEqual(keep + 2)
  })

  it('looks at each message a few times, however often it is asked what has left', () => {
    let looks = 0
    const tail = new Tail(1_000, itemOf, isInDoubt)
    for (let i = 0; i < 5_000; i++) {
      const item = {
        data: 'abc',
        sequence: 0,
        get bytes() {
          looks += 1
          return 3
        },
      }
      tail.add(item, i * 3)
      expect(tail.left((i + 1) * 3)).toBe(0)
    }
    expect(tail.left(0)).toBe(5_000)
    expect(looks).toBeLessThanOrEqual(20_000)
  })

  it('looks at no text that had left when another was written', () => {
    const asked: string[] = []
    const itemsOf = (text: string) => {
      asked.push(text)
      return itemOf(text)
    }
    const tail = new Tail(10_000, itemsOf, isInDoubt)
    for (let i = 0; i < 1_000; i++) tail.add(`${i}`, 0)
    tail.add('last', 3)
    expect(tail.left(4)).toBe(1_000)
    expect(asked).toEqual(['999', 'last'])
  })

  it('counts what it has let go of, and what is nobody’s message it does not', () => {
    const tail = new Tail<Item>(0, itemOf, ({ data }) => data !== 'ours')
    for (const data of ['one', itemOf('ours'), 'two', itemOf('three')]) tail.add(data, 0)
    expect(tail.older).toBe(2)
    expect(tail.take().map(({ data }) => data)).toEqual(['three'])
    expect(tail.older).toBe(0)
  })

  it('forgets what is proven, and counts what is not', () => {
    const tail = new Tail(0, itemOf, isInDoubt)
    for (const data of ['one', 'two', 'three', 'four', 'five']) tail.add(data, 0)
    expect(tail.older).toBe(4)
    tail.prove(2)
    expect(tail.older).toBe(2)
    tail.prove(1)
    expect(tail.older).toBe(2)
    tail.prove(4)
    expect(tail.older).toBe(0)
    expect(tail.take().map(({ data }) => data)).toEqual(['five'])
  })

  it('holds as much after some were proven', () => {
    const tail = new Tail(4, itemOf, isInDoubt)
    for (const data of ['aa', '', 'bb']) tail.add(data, 0)
    tail.prove(2)
    for (const data of ['cc', 'dd', 'ee', 'ff']) tail.add(data, 0)
    expect(tail.older).toBe(2)
    expect(tail.take().map(({ data }) => data)).toEqual(['dd', 'ee', 'ff'])
  })

  it('lets go of what is proven, whatever it is to keep', () => {
    const { tail } = setUp(['', 'two'], { keep: 100 })
    for (const data of ['', 'four']) tail.add(data, 0)
    tail.prove(2)
    expect(tail.older).toBe(0)
    expect(tail.left(4)).toBe(3)
    expect(tail.unsent(4)).toBe(1)
    expect(tail.take().map(({ data }) => data)).toEqual(['', 'four'])
  })

  it('accounts for all that was written and is not proven', () => {
    const step = fc.oneof(fc.string({ maxLength: 3 }), fc.record({ proves: fc.nat(20) }))
    fc.assert(
      fc.property(fc.array(step, { size: 'large' }), fc.nat(20), (steps, keep) => {
        const tail = new Tail(keep, itemOf, isInDoubt)
        let proven = 0
        for (const step of steps) {
          if (typeof step === 'string') {
            tail.add(step, 0)
          } else {
            const mark = Math.min(step.proves, tail.last)
            tail.prove(mark)
            proven = Math.max(proven, mark)
          }
        }
        const { older, last } = tail
        expect(older + tail.take().length).toBe(last - proven)
      }),
    )
  })

  it.each([0, 10, 1_000])('keeps %i bytes beside those that are buffered', (keep) => {
    const tail = new Tail(keep, itemOf, isInDoubt)
    for (let i = 0; i < 15; i++) tail.add('x', 0)
    for (let i = 0; i < 5; i++) tail.add('y', i)
    expect(tail.unsent(5)).toBe(5)
    expect(tail.take().length).toBeGreaterThanOrEqual(Math.min(20, keep + 5))
  })

  it('never claims what has left, and never lets go of what has not, whatever leaves when', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 })
    const step = fc.oneof(
      fc.record({ write: text, isPlain: fc.boolean() }),
      fc.record({ send: fc.nat(40), asks: fc.boolean() }),
    )
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom(0, 2, 14),
        (steps, keep, framing) => {
          const tail = new Tail(keep, itemOf, isInDoubt)
          const items: Item[] = []
          /** Where each ends, in the stream of bytes that the host counts. */
          const ends: number[] = []
          let written = 0
          let sent = 0
          const expectLeft = (buffered: number) => {
            const left = tail.left(buffered)
            for (let i = 0; i < left; i++)
              expect(ends[i], 'a message that has left').toBeLessThanOrEqual(sent)
            if (buffered === 0) expect(left).toBe(items.length)
          }
          for (const step of steps) {
            if ('send' in step) {
              sent = Math.min(written, sent + step.send)
              if (step.asks) expectLeft(written - sent)
              continue
            }
            const item = itemOf(step.write)
            const given = step.isPlain ? item.data : item
            tail.add(given, written - sent)
            if (tail.isUncalibrated) tail.calibrate(item.bytes + framing)
            items.push(item)
            written += item.bytes + framing
            ends.push(written)
          }
          const buffered = written - sent
          const unsent = tail.unsent(buffered)
          expectLeft(buffered)
          const startOf = (i: number) => ends[i - 1] ?? 0
          for (let i = items.length - unsent; i < items.length; i++) {
            expect(startOf(i), 'an unsent message starts behind what was sent').toBeGreaterThanOrEqual(sent)
          }
          const held = new Map(tail.take().map((item) => [item.sequence, item]))
          for (const [i, item] of items.entries()) {
            if ((ends[i] ?? 0) <= sent) continue
            expect(held.get(i + 1)?.data, 'one that has not left is held').toBe(item.data)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

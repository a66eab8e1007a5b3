import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteLength, isBlob, isLongerThan, own, utf8Length } from './bytes.ts'

/** Any UTF-16, lone surrogates too. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0xd7ff, max: 0xe000 }),
      fc.constantFrom(0x7f, 0x80, 0x7ff, 0x800, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xffff),
    ),
  )
  .map((units) => String.fromCharCode(...units))

describe('utf8Length()', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud83d', 3],
    ['\ude00', 3],
    ['\ude00\ud83d', 6],
    ['\ud83d\ud83d\ude00', 7],
    ['\ud83dx', 4],
    ['\udbff\udc00', 4],
    ['\ud800\udfff', 4],
  ])('of %j is %i', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes)
  })

  it('is what TextEncoder makes of any text, lone surrogates too', () => {
    const encoder = new TextEncoder()
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (text) => {
        expect(utf8Length(text)).toBe(encoder.encode(text).length)
      }),
    )
  })
})

describe('byteLength()', () => {
  it.each<[string, Parameters<typeof byteLength>[0], number]>([
    ['text', 'é', 2],
    ['an ArrayBuffer', new ArrayBuffer(7), 7],
    ['a view', new Uint8Array(new ArrayBuffer(10), 2, 5), 5],
    ['a view of wide numbers', new Float64Array(2), 16],
    ['a DataView', new DataView(new ArrayBuffer(10), 4), 6],
    ['a Blob', new Blob(['€uro']), 6],
    ['nothing', '', 0],
  ])('counts the payload of %s', (_, data, bytes) => {
    expect(byteLength(data)).toBe(bytes)
  })
})

describe('isLongerThan()', () => {
  it('agrees with byteLength(), at the limit too', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: -2, max: 2 }), (text, difference) => {
        const limit = Math.max(0, byteLength(text) + difference)
        expect(isLongerThan(text, limit)).toBe(byteLength(text) > limit)
      }),
    )
  })

  it('takes Infinity', () => {
    expect(isLongerThan('x', Infinity)).toBe(false)
    expect(isLongerThan(new ArrayBuffer(9), Infinity)).toBe(false)
  })
})

describe('own()', () => {
  it('copies what the caller can change', () => {
    const bytes = new Uint8Array([1, 2, 3, 4])
    const copies = [own(bytes.buffer), own(bytes.subarray(1, 3)), own(new DataView(bytes.buffer, 2))]
    bytes.fill(9)
    // Strict: to `toEqual` all buffers are the same.
    expect(copies).toStrictEqual([
      new Uint8Array([1, 2, 3, 4]).buffer,
      new Uint8Array([2, 3]),
      new Uint8Array([3, 4]),
    ])
  })

  it('copies the bytes of a view of wide numbers', () => {
    expect(own(new Uint16Array([0x0102, 0x0304]))).toHaveLength(4)
  })

  it('copies out of shared memory, which no native class takes', () => {
    const copy = own(new Uint8Array(new SharedArrayBuffer(3)))
    expect(copy).toEqual(new Uint8Array(3))
    expect((copy as Uint8Array).buffer).toBeInstanceOf(ArrayBuffer)
  })

  it('hands on text and Blobs, which nobody can change', () => {
    const blob = new Blob(['x'])
    expect(own('x')).toBe('x')
    expect(own(blob)).toBe(blob)
  })

  it('knows buffers and Blobs of another realm', () => {
    const buffer: unknown = runInNewContext('new Uint8Array([7, 8]).buffer')
    expect(byteLength(own(buffer))).toBe(2)
    expect(isBlob({ [Symbol.toStringTag]: 'Blob' })).toBe(true)
    expect(isBlob({ [Symbol.toStringTag]: 'File' })).toBe(true)
  })

  it.each([
    ['an object', { secret: 'x' }],
    ['an array', [1]],
    ['a number', 5],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => 'secret'],
    ['a symbol', Symbol('secret')],
    ['shared memory itself', new SharedArrayBuffer(2)],
  ])('refuses %s, and shows nothing of it', (_, data) => {
    let refusal: unknown
    try {
      own(data)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toMatchObject({
      code: 'ENCODE',
      message: expect.stringContaining('Expected a string, an ArrayBuffer, a view or a Blob; got'),
    })
    expect(String(refusal)).not.toContain('secret')
  })
})

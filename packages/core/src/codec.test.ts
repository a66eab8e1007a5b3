import { describe, expect, it } from 'vitest'
import { binary, type Codec, json, raw, text } from './codec.ts'

const bytes = (...values: number[]) => new Uint8Array(values).buffer
const utf8 = (value: string) => new TextEncoder().encode(value).buffer

/** What TypeScript would not let pass. */
const untyped = (codec: Codec<unknown, never>) => codec as Codec<unknown, unknown>

describe('raw()', () => {
  it.each<[string, string | ArrayBuffer | Blob]>([
    ['text', 'x'],
    ['an ArrayBuffer', bytes(1)],
    ['a Blob', new Blob(['x'])],
  ])('hands %s on, both ways', (_, data) => {
    expect(raw().encode(data)).toBe(data)
    expect(raw().decode(data)).toBe(data)
  })
})

describe('json()', () => {
  it.each([{ a: [1, null, 'é'] }, [], 'text', 5, null, true])('reads what it wrote: %j', (value) => {
    expect(json().decode(json().encode(value) as string)).toEqual(value)
  })

  it('reads binary messages as UTF-8', async () => {
    expect(json().decode(utf8('{"a":"é"}'))).toEqual({ a: 'é' })
    expect(await json().decode(new Blob(['{"a":"é"}']))).toEqual({ a: 'é' })
  })

  it('refuses bytes that are no UTF-8', async () => {
    expect(() => json().decode(bytes(0x22, 0xff, 0x22))).toThrow(TypeError)
    await expect(json().decode(new Blob([bytes(0x22, 0xff, 0x22)]))).rejects.toThrow(TypeError)
  })

  it('refuses a text that is no JSON', () => {
    expect(() => json().decode('{')).toThrow(SyntaxError)
  })

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('refuses %s, for which JSON has no form', (name, value) => {
    expect(() => json().encode(value)).toThrow(`JSON has no form for ${name}.`)
  })

  it('refuses a cycle', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(() => json().encode(cycle)).toThrow(TypeError)
  })

  it('takes a replacer and a reviver', () => {
    const codec = json<{ at: Date }>({
      replacer(key, value) {
        return key === 'at' ? (this as { at: Date }).at.getTime() : value
      },
      reviver: (key, value) => (key === 'at' ? new Date(value as number) : value),
    })
    const at = new Date(5)
    expect(codec.encode({ at })).toBe('{"at":5}')
    expect(codec.decode('{"at":5}')).toEqual({ at })
  })
})

describe('text()', () => {
  it('hands text on, both ways', () => {
    expect(text().encode('x')).toBe('x')
    expect(text().decode('x')).toBe('x')
  })

  it('refuses a binary message', () => {
    const refusal = expect.objectContaining({
      code: 'DECODE',
      message: 'text() takes text; a binary message came.',
    })
    expect(() => text().decode(bytes(1))).toThrow(refusal)
    expect(() => text().decode(new Blob(['x']))).toThrow(refusal)
  })

  it('refuses to send anything else', () => {
    expect(() => untyped(text()).encode(5)).toThrow(
      expect.objectContaining({ code: 'ENCODE', message: 'Expected a string to send; got 5.' }),
    )
  })
})

describe('binary()', () => {
  it('hands ArrayBuffers on, both ways', () => {
    const data = bytes(1, 2)
    expect(binary().encode(data)).toBe(data)
    expect(binary().decode(data)).toBe(data)
  })

  it('makes an ArrayBuffer of a Blob', async () => {
    expect(await binary().decode(new Blob([bytes(1, 2)]))).toStrictEqual(bytes(1, 2))
  })

  it('refuses text, both ways', () => {
    expect(() => binary().decode('x')).toThrow(
      expect.objectContaining({
        code: 'DECODE',
        message: 'binary() takes no text, and one came.',
      }),
    )
    expect(() => untyped(binary()).encode('x')).toThrow(
      expect.objectContaining({
        code: 'ENCODE',
        message: 'Expected an ArrayBuffer, a view or a Blob to send; got a string.',
      }),
    )
  })
})

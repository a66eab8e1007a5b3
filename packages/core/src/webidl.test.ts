import { describe, expect, it } from 'vitest'
import { HoldfastError, misconfigured } from './errors.ts'
import { clampedShort, inDom, inSyntax, isObject, sendable, shape, stringList, usvString } from './webidl.ts'

describe('to a USVString', () => {
  it.each<[string, unknown, string]>([
    ['a text', 'x', 'x'],
    ['undefined', undefined, 'undefined'],
    ['an object', { toString: () => 'x' }, 'x'],
    ['a pair of surrogates', '\u{1F600}', '\u{1F600}'],
    ['lone surrogates', 'a\uD83Db\uDE00', 'a\uFFFDb\uFFFD'],
  ])('%s', (_, value, text) => {
    expect(usvString(value)).toBe(text)
  })

  it('not a symbol', () => {
    expect(() => usvString(Symbol('x'))).toThrow(TypeError)
  })
})

describe('to a list of texts', () => {
  it.each<[string, unknown, string[]]>([
    ['a text, which could be iterated too', 'ab', ['ab']],
    ['a list', ['a', 1], ['a', '1']],
    ['a set', new Set(['a']), ['a']],
    ['an object that cannot be iterated', { toString: () => 'x' }, ['x']],
    ['an object whose iterator is null', { [Symbol.iterator]: null, toString: () => 'x' }, ['x']],
    ['a function', Object.assign(() => 0, { toString: () => 'f' }), ['f']],
    ['null', null, ['null']],
  ])('%s', (_, value, list) => {
    expect(stringList(value)).toEqual(list)
  })

  it('not an object with an iterator that is no function', () => {
    expect(() => stringList({ [Symbol.iterator]: 1 })).toThrow(TypeError)
  })
})

describe('to a clamped short', () => {
  it.each<[unknown, number]>([
    [Number.NaN, 0],
    ['x', 0],
    ['1000', 1_000],
    [null, 0],
    [-1, 0],
    [0xffff, 0xffff],
    [0x10000, 0xffff],
    [Infinity, 0xffff],
    [2.4, 2],
    [2.5, 2],
    [2.6, 3],
    [3.4, 3],
    [3.5, 4],
  ])('%s: %d', (value, short) => {
    expect(clampedShort(value)).toBe(short)
  })

  it('not a bigint', () => {
    expect(() => clampedShort(1_000n)).toThrow(TypeError)
  })
})

describe('to what can be sent', () => {
  it('takes blobs, buffers and views as they are', () => {
    for (const value of [
      new Blob(['x']),
      new ArrayBuffer(1),
      new Uint8Array(1),
      new DataView(new ArrayBuffer(1)),
    ]) {
      expect(sendable(value)).toBe(value)
    }
  })

  it.each<[string, ArrayBuffer | ArrayBufferView]>([
    ['a detached buffer', detached(new ArrayBuffer(8))],
    ['a view of a detached buffer', detached(new Uint8Array(8))],
    ['an empty view', new Uint8Array(0)],
  ])('takes %s for an empty buffer', (_, value) => {
    expect(sendable(value)).toStrictEqual(new ArrayBuffer(0))
  })

  it('makes a text of all else', () => {
    expect([sendable(5), sendable('a\uD83D'), sendable({})]).toEqual(['5', 'a\uFFFD', '[object Object]'])
  })

  it('does not take a view of shared memory', () => {
    expect(() => sendable(new Uint8Array(new SharedArrayBuffer(1)))).toThrow(
      new TypeError('Shared memory cannot be sent.'),
    )
  })
})

function detached<Data extends ArrayBuffer | Uint8Array<ArrayBuffer>>(data: Data): Data {
  const buffer = data instanceof ArrayBuffer ? data : data.buffer
  structuredClone(buffer, { transfer: [buffer] })
  return data
}

describe('an object', () => {
  it.each<[unknown, boolean]>([
    [{}, true],
    [() => 0, true],
    [null, false],
    [undefined, false],
    ['x', false],
  ])('%s: %s', (value, is) => {
    expect(isObject(value)).toBe(is)
  })
})

describe('what is thrown for a bad argument', () => {
  const bad = misconfigured('url', 'a URL', 'x')

  it.each<[string, () => void, string]>([
    ['SyntaxError', () => inSyntax(() => raise(bad)), 'SyntaxError'],
    ['any other name', () => inDom('InvalidAccessError', () => raise(bad)), 'InvalidAccessError'],
  ])('is a DOMException: %s', (_, call, name) => {
    expect(call).toThrow(expect.objectContaining({ name, message: bad.message, constructor: DOMException }))
  })

  it.each([new HoldfastError('CLOSED', 'Over.'), new TypeError('x'), { code: 'CONFIGURATION' }])(
    'is what it was, where it is none of ours: %s',
    (error) => {
      const thrown: unknown[] = []
      try {
        inSyntax(() => raise(error))
      } catch (caught) {
        thrown.push(caught)
      }
      expect(thrown[0]).toBe(error)
    },
  )

  it('is nothing where nothing is', () => {
    expect(inSyntax(() => 'x')).toBe('x')
  })
})

describe('the outside of a class', () => {
  class Base extends EventTarget {
    get inherited() {
      return 'of the base'
    }
    get both() {
      return 'of the base'
    }
  }
  class Model extends Base {
    override get both() {
      return 'of the model'
    }
    own() {
      return 'own'
    }
  }

  function setUp() {
    class Shaped extends EventTarget {}
    shape(Shaped, Model, { OPEN: 1 })
    return { Shaped, shaped: new Shaped() as Shaped & Pick<Model, 'inherited' | 'both' | 'own'> }
  }

  it('has all members of the model, those of its own class before inherited ones', () => {
    const { Shaped, shaped } = setUp()
    expect([shaped.inherited, shaped.both, shaped.own()]).toEqual(['of the base', 'of the model', 'own'])
    expect(shaped.constructor).toBe(Shaped)
    expect(Object.hasOwn(Shaped.prototype, 'addEventListener')).toBe(false)
  })

  it('lists them all, and the constants, which nobody can change', () => {
    const { Shaped, shaped } = setUp()
    const listed = []
    for (const name in shaped) listed.push(name)
    expect(listed).toEqual(expect.arrayContaining(['inherited', 'both', 'own', 'OPEN']))
    expect(Object.keys(Shaped)).toEqual(['OPEN'])
    const constant = { value: 1, enumerable: true, writable: false, configurable: false }
    expect(Object.getOwnPropertyDescriptor(Shaped, 'OPEN')).toEqual(constant)
    expect(Object.getOwnPropertyDescriptor(Shaped.prototype, 'OPEN')).toEqual(constant)
  })

  it('has the name of a WebSocket, which a subclass may change', () => {
    const { Shaped, shaped } = setUp()
    expect(`${shaped}`).toBe('[object WebSocket]')
    expect(Object.getOwnPropertyDescriptor(Shaped.prototype, Symbol.toStringTag)?.configurable).toBe(true)
  })
})

function raise(error: unknown): never {
  throw error
}

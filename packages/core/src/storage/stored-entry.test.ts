import { describe, expect, it } from 'vitest'
import { type Codec, json } from '../codec.ts'
import { Entry, type EntryDetails } from '../entry.ts'
import { restoredEntry, storedMessage } from './stored-entry.ts'

const codec: Codec<unknown, never> = json()

describe('what is stored of a message', () => {
  it.each<[string, EntryDetails, object]>([
    ['its place and its data', {}, {}],
    ['its key', { key: 'k' }, { key: 'k' }],
    ['an empty key', { key: '' }, { key: '' }],
    ['its id', { id: 0 }, { id: 0 }],
    ['when it expires', { expiresAt: 5 }, { expiresAt: 5 }],
  ])('is %s, and comes back', (_, details, stored) => {
    const entry = new Entry({ a: 1 }, '{"a":1}', details)
    entry.storedAs = 7
    expect(storedMessage(entry)).toStrictEqual({ order: 7, data: '{"a":1}', ...stored })
    expect(restoredEntry(storedMessage(entry), codec)).toStrictEqual(entry)
  })
})

describe('a message of another life', () => {
  const restore = (data: Entry['data'], decode: Codec<unknown, never>['decode']) =>
    restoredEntry({ order: 1, data }, { ...codec, decode })

  it('is told as the codec reads it, and written as it was stored', () => {
    const entry = restore('{"a":1}', codec.decode)
    expect([entry.message, entry.data]).toEqual([{ a: 1 }, '{"a":1}'])
  })

  it.each<[string, Codec<unknown, never>['decode']]>([
    [
      'cannot be read',
      () => {
        throw new Error('broken')
      },
    ],
    ['is read later', async () => 'late'],
    ['cannot be read later', () => Promise.reject(new Error('broken'))],
  ])('is told as it was stored where it %s', (_, decode) => {
    expect(restore('x', decode).message).toBe('x')
  })

  it('has bytes read as the buffer that they fill', () => {
    const data = new Uint8Array([1, 2])
    expect(restore(data, (read) => read).message).toBe(data.buffer)
  })

  it.each([
    ['end', new Uint8Array([1, 2, 3]).subarray(1)],
    ['start', new Uint8Array([2, 3, 4]).subarray(0, 2)],
  ])('has bytes at the %s of a larger buffer read as a buffer of their own', (_, data) => {
    expect(restore(data, (read) => read).message).toStrictEqual(new Uint8Array([2, 3]).buffer)
  })

  it('has a blob read as it is', () => {
    const data = new Blob(['x'])
    expect(restore(data, (read) => read).message).toBe(data)
  })
})

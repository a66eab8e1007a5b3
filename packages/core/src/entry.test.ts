import { describe, expect, it, vi } from 'vitest'
import { fateOf } from '../../../test/unit/fate-of.ts'
import { Entry, type Fate, messagesOf } from './entry.ts'

const written = () => undefined

describe('an entry', () => {
  it('is queued, has no place, and does not expire unless it is told to', () => {
    expect(new Entry('message', 'data')).toMatchObject({
      message: 'message',
      data: 'data',
      status: 'queued',
      expiresAt: Infinity,
      key: undefined,
      id: undefined,
      fate: undefined,
      sequence: 0,
      storedAs: 0,
    })
  })

  it('counts its bytes when it is first asked, and once, also where there are none', () => {
    for (const [text, bytes] of [
      ['é', 2],
      ['', 0],
    ] as const) {
      const charCodeAt = vi.spyOn(String.prototype, 'charCodeAt')
      const entry = new Entry(text, text)
      expect(charCodeAt).not.toHaveBeenCalled()
      expect([entry.bytes, entry.bytes]).toEqual([bytes, bytes])
      expect(charCodeAt).toHaveBeenCalledTimes(text.length)
      charCodeAt.mockRestore()
    }
  })

  it.each<[string, boolean, { id?: number; fate?: Fate; storedAs?: number }]>([
    ['nobody', false, {}],
    ['whoever follows it to its end alone', false, { fate: fateOf() }],
    ['whoever follows it', true, { fate: fateOf({ written }) }],
    ['its storage', true, { storedAs: 1 }],
    ['both', true, { fate: fateOf({ written }), storedAs: 1 }],
    ['nobody before its acknowledgement', false, { id: 1, fate: fateOf({ written }), storedAs: 1 }],
  ])('has to be told of to %s, once it has left: %s', (_, isWatched, { storedAs = 0, ...details }) => {
    const entry = new Entry('x', 'x', details)
    entry.storedAs = storedAs
    expect(entry.isWatched).toBe(isWatched)
  })
})

it('are reported as the messages that they were made of', () => {
  const message = { a: 1 }
  expect(messagesOf([new Entry(message, 'a'), new Entry('b', 'b')])).toEqual([message, 'b'])
})

import { describe, expect, it } from 'vitest'
import { fateOf } from '../../../test/unit/fate-of.ts'
import { Entry } from './entry.ts'
import { type Loss, newest, sortOut } from './loss.ts'

/** An entry that was written in this turn; it has an id where it waits for an acknowledgement. */
function written(text: string, sequence: number, id?: number, retries = false): Entry {
  const entry = new Entry(text, text, {
    id,
    ...(retries && { fate: fateOf({ retries: () => true }) }),
  })
  entry.status = 'written'
  entry.sequence = sequence
  return entry
}

const LOST: Loss = { isAnswered: false, isClean: false, isFinal: false }
const left = written('left', 1)
const stayed = written('stayed', 2)
const asked = written('asked', 3, 1)
const remains = { unproven: [left], unsent: [stayed], older: 0 }

function textsOf(...[remains, unacknowledged, loss, recover]: Parameters<typeof sortOut>) {
  const { back, given } = sortOut(remains, unacknowledged, loss, recover)
  return { back: back.map(({ message }) => message), given: given.map(({ message }) => message) }
}

describe('what a lost socket was given', () => {
  it.each<[string, 'unsent' | 'none' | undefined, object]>([
    ['comes back where it never left', 'unsent', { back: ['stayed'], given: ['left'] }],
    ['stays away where nobody wants it back', 'none', { back: [], given: ['left', 'stayed'] }],
    ['stays away unless somebody wants it back', undefined, { back: [], given: ['left', 'stayed'] }],
  ])('%s', (_, recover, expected) => {
    expect(textsOf(remains, [], LOST, recover)).toEqual(expected)
  })

  it('has arrived, so far as it had left, where the server has answered the close frame', () => {
    expect(textsOf(remains, [], { ...LOST, isAnswered: true })).toEqual({ back: [], given: ['stayed'] })
  })

  it('comes back without an acknowledgement, whatever had left, in the order of writing', () => {
    const remains = { unproven: [left, asked], unsent: [stayed], older: 0 }
    const loss = { ...LOST, isAnswered: true }
    expect(textsOf(remains, [asked], loss, 'unsent')).toEqual({ back: ['stayed', 'asked'], given: [] })
  })

  it('comes back no more at the end, and what is unacknowledged is told of then, once', () => {
    const remains = { unproven: [asked], unsent: [stayed], older: 0 }
    const loss = { ...LOST, isFinal: true }
    expect(textsOf(remains, [asked], loss)).toEqual({ back: [], given: ['stayed', 'asked'] })
  })

  it('is in doubt with all that went before, unless the server has answered the close frame', () => {
    const older = { ...remains, older: 7 }
    expect(sortOut(older, [], LOST).older).toBe(7)
    expect(sortOut(older, [], { ...LOST, isAnswered: true }).older).toBe(0)
  })

  it('returns where a request sends it again', () => {
    const remains = { unproven: [written('request', 1, undefined, true), left], unsent: [], older: 0 }
    expect(textsOf(remains, [], LOST)).toEqual({ back: ['request'], given: ['left'] })
    // At the end nobody does.
    expect(textsOf(remains, [], { ...LOST, isFinal: true })).toEqual({ back: [], given: ['request', 'left'] })
  })
})

describe('a message that was too big for the server', () => {
  const small = written('x', 1, 1)
  const large = written('xx', 2, 2)
  const later = written('yy', 3, 3)
  const tooBig = (unacknowledged: Entry[], loss: Partial<Loss>) =>
    sortOut({ unproven: [], unsent: [], older: 0 }, unacknowledged, { ...LOST, ...loss }).tooBig

  it('is the largest, of several the first', () => {
    expect(tooBig([small, large, later], { code: 1009 })).toBe(large)
    expect(tooBig([later, large, small], { code: 1009 })).toBe(later)
  })

  it('is none where nothing waits, by another code, and at the end', () => {
    expect(tooBig([], { code: 1009 })).toBeUndefined()
    expect(tooBig([large], { code: 1008 })).toBeUndefined()
    expect(tooBig([large], {})).toBeUndefined()
    expect(tooBig([large], { code: 1009, isFinal: true })).toBeUndefined()
  })
})

describe('the newest messages', () => {
  const entries = ['aaa', 'b', 'cc'].map((text, i) => written(text, i + 1))

  it.each([
    [0, []],
    [1, []],
    [2, ['cc']],
    [3, ['b', 'cc']],
    [5, ['b', 'cc']],
    [6, ['aaa', 'b', 'cc']],
    [Infinity, ['aaa', 'b', 'cc']],
  ])('of up to %d bytes are %j', (maxBytes, texts) => {
    expect(newest(entries, maxBytes).map(({ message }) => message)).toEqual(texts)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Line, LineSplitter, LONGEST, TOO_LONG } from './lines.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function cutIntoLines(splitter: LineSplitter, text: string, cuts: readonly number[]): Line[] {
  const input = bytes(text)
  const found: Line[] = []
  let from = 0
  for (const cut of cuts.map((at) => at % (input.length + 1)).sort((a, b) => a - b)) {
    found.push(...splitter.push(input.subarray(from, cut)))
    from = cut
  }
  return [...found, ...splitter.push(input.subarray(from)), ...splitter.end()]
}

describe('LineSplitter', () => {
  it('finds the same lines however the text is cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\n\r\ufeff]/g, ''))
    const text = fc.tuple(fc.array(line), line)
    fc.assert(
      fc.property(text, fc.array(fc.nat()), fc.constantFrom('\n', '\r\n'), ([lines, rest], cuts, end) => {
        const found = cutIntoLines(new LineSplitter(), lines.map((one) => one + end).join('') + rest, cuts)
        expect(found).toEqual(rest === '' ? lines : [...lines, rest])
      }),
    )
  })

  it('finds the lines around those that are too long, however the text is cut', () => {
    const line = fc.string({ maxLength: 6 }).map((text) => text.replaceAll(/[\n\r\ufeff]/g, ''))
    const text = fc.tuple(fc.array(line), line)
    fc.assert(
      fc.property(text, fc.array(fc.nat()), fc.constantFrom('\n', '\r\n'), ([lines, rest], cuts, end) => {
        const found = cutIntoLines(new LineSplitter(3), lines.map((one) => one + end).join('') + rest, cuts)
        const all = rest === '' ? lines : [...lines, rest]
        expect(found).toEqual(all.map((one) => (one.length > 3 ? TOO_LONG : one)))
      }),
    )
  })

  it('tells of a line that is too long before its end, which may never come', () => {
    const splitter = new LineSplitter()
    const chunk = bytes('x'.repeat(LONGEST / 16))
    const found = Array.from({ length: 40 }, () => splitter.push(chunk))
    expect(found.flat()).toEqual([TOO_LONG])
    expect(found[16]).toEqual([TOO_LONG])
    expect(splitter.push(bytes('x\nnext\n'))).toEqual(['next'])
  })
})

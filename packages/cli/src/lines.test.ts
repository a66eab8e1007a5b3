import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from './lines.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('LineSplitter', () => {
  it('finds the same lines however the text is cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\n\r\ufeff]/g, ''))
    const text = fc.tuple(fc.array(line), line)
    fc.assert(
      fc.property(text, fc.array(fc.nat()), fc.constantFrom('\n', '\r\n'), ([lines, rest], cuts, end) => {
        const input = bytes(lines.map((one) => one + end).join('') + rest)
        const splitter = new LineSplitter()
        const found: string[] = []
        let from = 0
        for (const cut of cuts.map((at) => at % (input.length + 1)).sort((a, b) => a - b)) {
          found.push(...splitter.push(input.subarray(from, cut)))
          from = cut
        }
        found.push(...splitter.push(input.subarray(from)), ...splitter.end())
        expect(found).toEqual(rest === '' ? lines : [...lines, rest])
      }),
    )
  })

  it('gives up on a line that would fill the memory', () => {
    const splitter = new LineSplitter()
    const chunk = bytes('x'.repeat(1024 * 1024))
    expect(() => {
      for (let count = 0; count < 17; count += 1) splitter.push(chunk)
    }).toThrow(RangeError)
  })
})

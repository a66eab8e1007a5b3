import { describe, expect, it } from 'vitest'
import { anchorsOf, codeOf, levelsOf, linksOf, rowsOf } from './markdown.ts'

describe('what a page is made of', () => {
  const text = [
    '# A [page](../README.md)',
    '## `send()`, twice',
    '### 셋 째',
    '[one](b.md#part) `[none](c.md)` [`two`](#셋-째) ![three](public/x.png) [far](https://example.com)',
    '| a | `b \\| c` |',
    '```sh [npm]',
    '# [no](link.md)',
    '```',
  ].join('\n')

  it('is found as it is written, and code is not read as words', () => {
    expect(linksOf('docs/a.md', text)).toEqual([
      { target: 'README.md', anchor: '' },
      { target: 'docs/b.md', anchor: 'part' },
      { target: 'docs/a.md', anchor: '셋-째' },
      { target: 'docs/public/x.png', anchor: '' },
    ])
    expect([...anchorsOf(text)]).toEqual(expect.arrayContaining(['send-twice', '셋-째']))
    expect(levelsOf(text)).toEqual([1, 2, 3])
    expect(rowsOf(text)).toEqual([['a', '`b \\| c`']])
    expect(codeOf(text)).toEqual(['```sh [npm]\n# [no](link.md)\n```'])
  })
})

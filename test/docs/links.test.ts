import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { markdownFiles, root } from './blocks.ts'
import { anchorsOf, codeOf, levelsOf, linksOf, rowsOf } from './markdown.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('a page', () => {
  it.each(markdownFiles())('leads only to files and headings that there are: %s', (path) => {
    const links = linksOf(path, read(path))
    const lost = links.filter(({ target }) => !existsSync(join(root, target)))
    expect(lost).toEqual([])
    const astray = links.filter(({ target, anchor }) => {
      return anchor !== '' && statSync(join(root, target)).isFile() && !anchorsOf(read(target)).has(anchor)
    })
    expect(astray).toEqual([])
  })
})

describe('what a page is made of', () => {
  const text = [
    '# A [page](../README.md)',
    '<a id="here"></a>',
    '## `send()`, twice',
    '[one](b.md#part) `[none](c.md)` [`two`](#here) ![three](public/x.png) [far](https://example.com)',
    '| a | `b \\| c` |',
    '```sh [npm]',
    '# [no](link.md)',
    '```',
  ].join('\n')

  it('is found as it is written, and code is not read as words', () => {
    expect(linksOf('docs/a.md', text)).toEqual([
      { target: 'README.md', anchor: '' },
      { target: 'docs/b.md', anchor: 'part' },
      { target: 'docs/a.md', anchor: 'here' },
      { target: 'docs/public/x.png', anchor: '' },
    ])
    expect([...anchorsOf(text)]).toEqual(expect.arrayContaining(['send-twice', 'here']))
    expect(levelsOf(text)).toEqual([1, 2])
    expect(rowsOf(text)).toEqual([['a', '`b \\| c`']])
    expect(codeOf(text)).toEqual(['```sh [npm]\n# [no](link.md)\n```'])
  })
})

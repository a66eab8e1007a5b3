import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { markdownFiles, root } from './blocks.ts'
import { anchorsOf, linksOf } from './markdown.ts'

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

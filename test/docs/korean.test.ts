import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { markdownFiles, root } from './blocks.ts'
import { anchorsOf, codeOf, levelsOf, linksOf, rowsOf } from './markdown.ts'

/** It stands by itself, and is no translation. */
const ALONE = 'docs/ko/start.md'

const written = markdownFiles().filter((path) => englishOf(path) !== path)
const pages = written
  .filter((path) => path !== ALONE)
  .map((korean) => ({ korean, english: englishOf(korean) }))

it.each(written)('%s leads to files and headings that there are', (path) => {
  const links = linksOf(path, read(path))
  expect(links.filter(({ target }) => !existsSync(join(root, target)))).toEqual([])
  const astray = links.filter(({ target, anchor }) => anchor !== '' && !anchorsOf(read(target)).has(anchor))
  expect(astray).toEqual([])
})

describe.each(pages)('$korean', ({ korean, english }) => {
  const [translated, original] = [korean, english].map(read) as [string, string]

  it('has the headings of the English page, in their order', () => {
    expect(levelsOf(translated)).toEqual(levelsOf(original))
  })

  it('has its code, to the letter', () => {
    expect(codeOf(translated)).toEqual(codeOf(original))
  })

  it('has its tables, with the same figures and the same code', () => {
    expect(rowsOf(translated).map(figuresOf)).toEqual(rowsOf(original).map(figuresOf))
  })

  it('leads to the same pages, and to the Korean ones where there are some', () => {
    expect(leadsTo(korean, translated).map(englishOf).sort()).toEqual(
      leadsTo(english, original).map(englishOf).sort(),
    )
    const missed = leadsTo(korean, translated).filter((target) => {
      const own = koreanOf(target)
      return target !== english && target !== own && existsSync(join(root, own))
    })
    expect(missed).toEqual([])
  })
})

it('has Korean pages to look at', () => {
  expect(pages.length).toBeGreaterThan(1)
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function englishOf(path: string): string {
  return path.replace(/^docs\/ko\//, 'docs/').replace(/^README\.ko\.md$/, 'README.md')
}

/** Where the Korean page of an English one would be. */
function koreanOf(path: string): string {
  return path === 'README.md' ? 'README.ko.md' : path.replace(/^docs\/(?!ko\/)/, 'docs/ko/')
}

function leadsTo(path: string, text: string): string[] {
  return linksOf(path, text)
    .map(({ target }) => target)
    .filter((target) => englishOf(target) !== englishOf(ALONE))
}

/** What of each cell is the same in every language. */
function figuresOf(row: readonly string[]): string[][] {
  return row.map((cell) => [...(cell.match(/`[^`]+`|\d[\d,.]*\d|\d/g) ?? [])].sort())
}

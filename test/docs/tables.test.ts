import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { markdownFiles, root } from './blocks.ts'
import { rowsOf, tablesOf } from './markdown.ts'

const pages = markdownFiles().map((path) => ({
  path,
  tables: tablesOf(readFileSync(join(root, path), 'utf8')),
}))

/** One cell is enough: half a rule is what is to be found. */
const isRule = (row: readonly string[]) => row.some((cell) => /^:?-{3,}:?$/.test(cell))

describe('the tables of all pages', () => {
  it('have one rule each, below the head', () => {
    const odd = pages.flatMap(({ path, tables }) =>
      tables
        .map((table) => rowsOf(table))
        .filter((rows) => rows.findIndex(isRule) !== 1 || rows.filter(isRule).length !== 1)
        .map(([head]) => `${path}: ${head}`),
    )
    expect(odd).toEqual([])
    expect(pages.flatMap(({ tables }) => tables).length).toBeGreaterThan(100)
  })

  it('have as many cells in each row as in the head', () => {
    const odd = pages.flatMap(({ path, tables }) =>
      tables.flatMap((table) => {
        const [head = [], ...rows] = rowsOf(table)
        return rows.filter((row) => row.length !== head.length).map((row) => `${path}: ${row}`)
      }),
    )
    expect(odd).toEqual([])
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './blocks.ts'

interface Source {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly file: string
  readonly has: readonly string[]
  readonly hasNot: readonly string[]
}

const page = readFileSync(join(root, 'docs/comparison.md'), 'utf8')
const [features = '', others = ''] = page.split('\n## Figures')

/** What is between backticks, each. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

const sources = [...others.matchAll(/^\| ([A-Z]\d+) \| (\S+) (\S+) `(\S+)` \|(.*)\|(.*)\|$/gm)].map(
  ([, id = '', name = '', version = '', file = '', has = '', hasNot = '']): Source => {
    return { id, name, version, file, has: codesIn(has), hasNot: codesIn(hasNot) }
  },
)

/** A file of a package, a part of one (`#`), or all of a folder (`*`). */
function textOf({ name, file }: Source): string {
  const [path = '', part] = file.split('#')
  const place = join(root, 'node_modules', name, path)
  if (path.endsWith('/*')) {
    const folder = place.slice(0, -1)
    const files = readdirSync(folder).filter((one) => one.endsWith('.js'))
    return files.map((one) => readFileSync(join(folder, one), 'utf8')).join('\n')
  }
  const text = readFileSync(place, 'utf8')
  return part === undefined ? text : (text.split(`#region ${part}`)[1]?.split('#endregion')[0] ?? '')
}

describe('the comparison', () => {
  it('names a source in each cell about another client, and each source once', () => {
    const rows = [...features.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | '))
    expect(rows.length).toBeGreaterThan(20)
    const bare = rows.slice(2).flatMap(([feature, , ...cells]) => {
      return cells
        .filter((cell) => !/`[A-Z]\d+`$|^–$|^no$|^React$|^Vue$|^$/.test(cell.trim()))
        .map((cell) => `${feature}: ${cell}`)
    })
    expect(bare).toEqual([])
    const named = new Set([...features.matchAll(/`([A-Z]\d+)`/g)].map(([, id]) => id))
    expect([...named].sort()).toEqual(sources.map(({ id }) => id).sort())
  })

  it.each(sources)('tells of $id what is in it: $name $file', (source) => {
    const { name, version, has, hasNot } = source
    const manifest = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
    expect(manifest.version).toBe(version)
    const text = textOf(source)
    expect(text.length).toBeGreaterThan(100)
    expect(has.length + hasNot.length).toBeGreaterThan(0)
    expect(has.filter((one) => !text.includes(one))).toEqual([])
    expect(hasNot.filter((one) => text.includes(one))).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type SourceFile, sourcesOf } from './source-files.ts'

const CORE = 'packages/core/src/'
const OTHERS = ['react', 'vue', 'cli']
const PAGE = readFileSync('ARCHITECTURE.md', 'utf8')

/** By the names of the parts, as the picture has them. */
const arrows = [...PAGE.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from = '', to = '']) => ({ from, to }))
const parts = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))]
const sources = ['core', ...OTHERS].flatMap((name) => sourcesOf(`packages/${name}/src`))

/** Files by the rows of the table; a folder stands for all in it. */
const rows = [...PAGE.matchAll(/^\| (\w+) \|.*\| (.+) \|$/gm)]
  .filter(([, part = '']) => parts.includes(part))
  .map(([, part = '', files = '']) => ({
    part,
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
  }))

/** What `@holdfast/core/…` leads to, as package.json says. */
const entries = new Map(
  Object.entries(JSON.parse(readFileSync('packages/core/package.json', 'utf8')).exports)
    .filter((entry): entry is [string, { 'holdfast-source': string }] => typeof entry[1] === 'object')
    .map(([name, to]) => [
      name.replace(/^\./, '@holdfast/core'),
      to['holdfast-source'].replace('./', 'packages/core/'),
    ]),
)

function partsOf(path: string): string[] {
  if (!path.startsWith(CORE)) return OTHERS.filter((name) => path.startsWith(`packages/${name}/`))
  const name = path.slice(CORE.length).replace(/\.ts$/, '')
  const isHere = (file: string) => file === name || file === name.replace(/\/.*/, '/*')
  return rows.filter(({ files }) => files.some(isHere)).map(({ part }) => part)
}

function isReachable(from: string, to: string): boolean {
  return from === to || arrows.some((arrow) => arrow.from === from && isReachable(arrow.to, to))
}

/** Imports from one part to another: `from`, `to`, and the file and its target. */
function crossings({ path, imports }: SourceFile) {
  return imports.flatMap((target) => {
    const file = entries.get(target) ?? target
    const [from = ''] = partsOf(path)
    const [to] = file.startsWith('packages/') ? partsOf(file) : []
    return to === undefined || to === from ? [] : [{ from, to, import: `${path} imports ${target}` }]
  })
}

describe('the picture in ARCHITECTURE.md', () => {
  it('has each file of the packages in one part', () => {
    expect(sources.map(({ path }) => path).filter((path) => partsOf(path).length !== 1)).toEqual([])
  })

  it('names no file that there is not', () => {
    const names = sources.map(({ path }) => path.slice(CORE.length).replace(/\.ts$/, ''))
    const named = rows.flatMap(({ files }) => files).filter((file) => !/\*$|^@holdfast/.test(file))
    expect(named.filter((file) => !names.includes(file))).toEqual([])
    expect(named.length).toBeGreaterThan(80)
  })

  it('has an arrow, or arrows, for each import', () => {
    const strays = sources.flatMap(crossings).filter(({ from, to }) => !isReachable(from, to))
    expect(strays.map((crossing) => crossing.import)).toEqual([])
  })

  it('has no arrow without an import', () => {
    const used = sources.flatMap(crossings)
    const unused = arrows.filter(
      (arrow) => !used.some(({ from, to }) => from === arrow.from && to === arrow.to),
    )
    expect(unused).toEqual([])
  })

  it('has no way back', () => {
    expect(arrows.filter(({ from, to }) => isReachable(to, from))).toEqual([])
  })
})

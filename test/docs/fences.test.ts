import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { blocksOfPages, markdownFiles, root } from './blocks.ts'

/** Languages of blocks that are no program of ours. */
const TEXTS = new Set(['', 'sh', 'text', 'json', 'toml', 'nginx', 'html', 'css', 'mermaid'])

function fencesOf(path: string): string[] {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  // Every other one opens a block.
  return lines.filter((line) => /^\s*```/.test(line)).filter((_, index) => index % 2 === 0)
}

it('has no program in a block that the tests do not see', () => {
  const programs = markdownFiles().flatMap((path) => {
    return fencesOf(path)
      .map((fence) => fence.replace('```', ''))
      .filter((info) => !TEXTS.has(info.split(' ')[0] ?? ''))
      .map((info) => ({ path, info }))
  })
  const unseen = programs.filter(({ info }) => !/^(vue|tsx?( run)?)( \[[^\]]+\])?$/.test(info))
  expect(unseen).toEqual([])
  const seen = programs.filter(({ info }) => info.startsWith('ts'))
  expect(blocksOfPages()).toHaveLength(seen.length)
})

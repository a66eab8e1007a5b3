import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../examples/chat')

function linesOf(folder: string): number {
  const names = readdirSync(join(ROOT, folder)).filter(
    (name) => /\.(ts|tsx|vue)$/.test(name) && !name.endsWith('.d.ts'),
  )
  expect(names.length).toBeGreaterThan(2)
  const texts = names.map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
  return texts.reduce((sum, text) => sum + text.trimEnd().split('\n').length, 0)
}

it.each(['plain', 'react', 'vue'])(
  'the %s client has at most 200 lines, its components included, beside what all three share',
  (folder) => {
    expect(linesOf(folder)).toBeLessThanOrEqual(200)
  },
)

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './blocks.ts'
import { titlesIn } from './titles.ts'

const page = readFileSync(join(root, 'docs/security.md'), 'utf8')

/** As the page writes them: [`the title`](../path/to/the.test.ts). */
const named = [...page.matchAll(/\[`([^`]+)`\]\((\S+?\.test\.tsx?)\)/g)].map(
  ([, title = '', target = '']) => ({
    title,
    path: join('docs', target),
  }),
)

describe('the page on security', () => {
  it('names tests in the one form that is looked for here', () => {
    expect(named.length).toBeGreaterThan(20)
    expect(named).toHaveLength(page.split('.test.ts').length - 1)
  })

  it.each(named)('names a test that there is: $title', ({ title, path }) => {
    expect(existsSync(join(root, path)), path).toBe(true)
    expect(titlesIn(path, readFileSync(join(root, path), 'utf8'))).toContain(title)
  })

  it('has a test under each threat', () => {
    const threats = page.split(/^## /m).slice(1)
    const bare = threats
      .filter((threat) => !threat.includes('.test.ts'))
      .map((threat) => threat.split('\n')[0])
    expect(bare).toEqual(['What is not covered'])
  })
})

describe('titles of tests', () => {
  it('are found as they are written, of tables too, and not of those that are left out', () => {
    const code = `
      describe('a group', () => {
        it('one', () => {})
        it("two's", { timeout: 5 }, () => {})
        it.each([1])('three %i', () => {})
        it.each<[number]>([[1]])(\`four\`, () => {})
        it(\`five (seed \${SEED})\`, () => {})
        it.skip('six', () => {})
        it.todo('seven')
        expect('eight')
      })`
    expect(titlesIn('example.test.ts', code)).toEqual(['one', "two's", 'three %i', 'four', 'five (seed …)'])
  })
})

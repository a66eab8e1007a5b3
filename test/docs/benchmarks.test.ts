import { expect, it } from 'vitest'
import { page, retaken, type Section } from '../../bench/page.ts'

const section = (heading: string, figure: number): Section => ({
  heading,
  about: 'What it is about.',
  command: 'npm run bench:it',
  tables: [{ title: 'A table', rows: [{ client: 'holdfast', figure }] }],
})

it('has a section that is taken anew in the place of the old one, with its own date, and all others as they were', () => {
  const old = page([section('One', 1), section('Two', 2), section('Three', 3)], 'Monday.', 'Node 20.')
  const anew = retaken(old, [section('Two', 4)], 'Tuesday.')
  const [before = '', after = ''] = old.split(/## Two[^#]*/)
  expect(anew.startsWith(before)).toBe(true)
  expect(anew.endsWith(after)).toBe(true)
  const taken = anew.slice(before.length, anew.length - after.length)
  expect(taken).toContain('## Two')
  expect(taken).toContain('Tuesday.')
  expect(taken).toContain('| holdfast | 4 |')
  expect(taken).not.toContain('| holdfast | 2 |')
})

it('is the same page where each section is taken once more, but for the dates', () => {
  const sections = [section('One', 1), section('Two', 2)]
  const old = page(sections, 'Monday.', 'Node 20.')
  expect(retaken(old, sections, 'Tuesday.').replaceAll('Taken after the others: Tuesday.\n\n', '')).toBe(old)
})

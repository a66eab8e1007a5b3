import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { docs, generated } from '../../scripts/docs/generated.ts'
import { edgesOfMachine } from '../../scripts/docs/states.ts'

const pages = [...generated()]

it.each(pages)('%s says what the code says; if not: npm run docs:generate', (path, text) => {
  expect(readFileSync(join(docs, path), 'utf8')).toBe(text)
})

it('finds each way that a connection is known to go', () => {
  const ways = edgesOfMachine().map(({ from, to }) => `${from} ${to}`)
  expect(ways).toEqual(
    expect.arrayContaining([
      'idle connecting',
      'connecting open',
      'open waiting',
      'waiting connecting',
      'closing closed',
    ]),
  )
  // What cannot be: to be open without a dial, or to end without a word.
  for (const never of ['waiting open', 'suspended open', 'closed open', 'idle open', 'closed waiting']) {
    expect(ways).not.toContain(never)
  }
})

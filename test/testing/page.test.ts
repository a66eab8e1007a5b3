// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const FOLDER = 'examples/testing'
const page = readFileSync('docs/testing.md', 'utf8')
const blocks = [...page.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, code]) => code)
const files = readdirSync(FOLDER).filter((name) => name.includes('.test.'))

describe('the page on testing', () => {
  it.each(files)('has the example that runs as %s, as it is', (name) => {
    expect(blocks).toContain(readFileSync(`${FOLDER}/${name}`, 'utf8'))
  })

  it('names the file of each', () => {
    expect(files).toHaveLength(5)
    for (const name of files) expect(page).toContain(`../${FOLDER}/${name}`)
  })
})

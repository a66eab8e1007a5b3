import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { markdownFiles, root } from '../docs/blocks.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '.vue-blocks')

/** Each component of a page, as a file that is named after the page. */
function components(): [name: string, code: string][] {
  return markdownFiles().flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...text.matchAll(/^```vue(?: \[.*?\])?\n(.*?)^```/gms)].map(
      ([, code = ''], index): [string, string] => [`${path.replaceAll('/', '-')}-${index + 1}.vue`, code],
    )
  })
}

it('compiles the Vue components of all pages', async () => {
  const blocks = components()
  expect(blocks.length).toBeGreaterThan(10)
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, code] of blocks) writeFileSync(join(folder, name), code)
  const config = { extends: '../../../tsconfig.vue.json', include: ['*.vue'], exclude: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = await run('npx', ['vue-tsc', '-p', folder, '--listFiles'], { cwd: root }).catch(
    // What it found is in its output.
    (error: { stdout: string }) => error,
  )
  expect(stdout).not.toMatch(/error TS/)
  for (const [name] of blocks) expect(stdout).toContain(name)
})

import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyProject, packAll, run, unpackInto } from './packed.ts'

const modules = join(import.meta.dirname, '../../node_modules')
/** The oldest and the newest; `npm run consumers` has those between them, too. */
const COMPILERS = {
  5: join(modules, 'typescript-5/bin/tsc'),
  7: join(modules, 'typescript-native/bin/tsc'),
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-consumers-'))
  await unpackInto(folder, await packAll(folder))
})
afterAll(() => rm(folder, { recursive: true }))

async function projectOf(name: string): Promise<string> {
  return copyProject(name, join(folder, 'projects'))
}

describe('the packages as they would be published', () => {
  it('run in Node as they are', async () => {
    const project = await projectOf('node')
    const output = await run(project, process.execPath, '--enable-source-maps', 'main.js')
    expect(output).toBe("{ text: 'hello' }\nhello\nfunction ws://fake.test/\n")
  })

  // The oldest with one resolution: that types are found by both is what `npm run packages` sees, too.
  it.each([
    ['node16', '5'],
    ['node16', '7'],
    ['bundler', '7'],
  ] as const)(
    'have types that are found by %s resolution, and accepted by TypeScript %s',
    async (resolution, version) => {
      const project = await projectOf('types')
      expect(
        await run(project, process.execPath, COMPILERS[version], '-p', `tsconfig.${resolution}.json`),
      ).toBe('')
    },
  )

  it('have types that go together where there are two copies of the core', async () => {
    const project = await projectOf('types')
    // The project's own; the bindings find the one beside them.
    const own = join(project, 'node_modules/@holdfast/core')
    await cp(join(folder, 'projects/node_modules/@holdfast/core'), own, { recursive: true })
    try {
      expect(await run(project, process.execPath, COMPILERS[7], '-p', 'tsconfig.bundler.json')).toBe('')
    } finally {
      await rm(own, { recursive: true })
    }
  })

  it.each([
    ['vite-react', 'tsc'],
    ['vite-vue', 'vue-tsc'],
  ])(
    'are built into a page by %s without a warning, and without what the page does not use',
    async (name) => {
      const project = await projectOf(name)
      const told = await run(project, 'npm', 'run', '--silent', 'try')
      expect(told).not.toMatch(/warn|deprecated/i)
      const assets = join(project, 'dist/assets')
      const files = await readdir(assets)
      const [script = ''] = files.filter((file) => file.endsWith('.js'))
      const code = await readFile(join(assets, script), 'utf8')
      expect(code).toContain('wss://example.com/chat')
      for (const unused of ['indexedDB', 'fakeServer', 'access_token', 'mapBounded()']) {
        expect(code).not.toContain(unused)
      }
    },
  )

  it('begin with a client boundary where they are of React', async () => {
    const home = join(folder, 'projects/node_modules/@holdfast/react')
    const { exports } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
    expect(await readFile(join(home, exports['.'].default), 'utf8')).toMatch(/^(['"])use client\1;?\n/)
  })

  it('have maps that lead to what we wrote, which comes with them', async () => {
    for (const name of ['@holdfast/core', '@holdfast/react', '@holdfast/vue']) {
      const home = join(folder, 'projects/node_modules', name)
      const files = await readdir(join(home, 'dist'), { recursive: true })
      const maps = files.filter((file) => file.endsWith('.js.map'))
      expect(maps.length).toBeGreaterThan(0)
      for (const file of maps) {
        const path = join(home, 'dist', file)
        const { sources, sourcesContent } = JSON.parse(await readFile(path, 'utf8'))
        const texts = sources.map((source: string) => readFile(join(path, '..', source), 'utf8'))
        expect(sourcesContent).toEqual(await Promise.all(texts))
      }
    }
  })

  it('hold what they say, and nothing else', async () => {
    for (const name of ['@holdfast/core', '@holdfast/react', '@holdfast/vue', 'holdfast']) {
      const files = await readdir(join(folder, 'projects/node_modules', name), { recursive: true })
      expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']))
      expect(files.filter((file) => /\.test|test-d|tsbuildinfo|tsconfig/.test(file))).toEqual([])
    }
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { closureOf, globalsOf, type SourceFile, sourcesOf } from './source-files.ts'

const CORE = 'packages/core/src'
const core = sourcesOf(CORE)
const inCore = (...names: string[]) => names.map((name) => `${CORE}/${name}.ts`)

/** Decide, and touch nothing: no clock, no randomness, no socket, no listener. */
const PURE = inCore(
  'backoff',
  'bytes',
  'calls',
  'capacity',
  'checks',
  'close-codes',
  'entry',
  'errors',
  'handover',
  'in-flight',
  'loss',
  'machine',
  'outbox',
  'outbox-snapshot',
  'queue',
  'rest',
  'ring',
  'state',
  'steps',
  'surroundings',
  'tail',
  'thenable',
  'url',
  'verdict',
)

/** Names of the language, and of hosts where they only compute. All others are looked up in environment.ts. */
const HARMLESS = new Set([
  'AbortController',
  'Array',
  'ArrayBuffer',
  'Boolean',
  'DOMException',
  'Error',
  'Event',
  'EventTarget',
  'Infinity',
  'Map',
  'Math.ceil',
  'Math.floor',
  'Math.max',
  'Math.min',
  'Math.round',
  'MessageEvent',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Reflect',
  'Set',
  'String',
  'Symbol',
  'JSON',
  'TextDecoder',
  'TextEncoder',
  'TypeError',
  'URL',
  'Uint8Array',
  'WeakMap',
  'WeakRef',
  'btoa',
  // As `Promise.resolve().then()`, in every host; no clock to be faked.
  'queueMicrotask',
  'undefined',
])

/** Where the stored outbox, which is an entry of its own, looks for the database, the locks and the other tabs. */
const STORAGE_HOST: readonly [path: string, names: readonly string[]][] = [
  [`${CORE}/storage/host.ts`, ['globalThis', 'BroadcastChannel', 'crypto']],
  [`${CORE}/storage/database.ts`, ['IDBDatabase', 'IDBKeyRange']],
]

const isFile = (target: string) => target.startsWith('packages/')
const packagesOf = ({ imports, typeImports }: SourceFile) =>
  [...imports, ...typeImports].filter((target) => !isFile(target))

describe('the core', () => {
  it('imports rxjs in one file', () => {
    const users = core.filter((file) => packagesOf(file).some((name) => /^rxjs(\/|$)/.test(name)))
    expect(users.map(({ path }) => path)).toEqual(inCore('rxjs'))
  })

  it('imports idb in the stored outbox, which no other entry loads', () => {
    const users = core.filter((file) => packagesOf(file).includes('idb'))
    expect(users.map(({ path }) => path)).toEqual(inCore('storage/database'))
    for (const entry of inCore('index', 'bindings')) expect(closureOf(entry, core)).not.toContain('idb')
    expect(closureOf(`${CORE}/storage/index.ts`, core)).not.toContain('rxjs')
  })

  it('imports no other package', () => {
    const loaded = core.flatMap(({ imports }) => imports).filter((target) => !isFile(target))
    expect([...new Set(loaded)].sort()).toEqual(['idb', 'rxjs'])
  })

  it('takes types from vitest where it adds to them, in an entry of its own', () => {
    const named = core.filter((file) => packagesOf(file).some((name) => !['idb', 'rxjs'].includes(name)))
    expect(named.map(({ path }) => path)).toEqual(inCore('testing/vitest'))
    expect(named.flatMap(packagesOf)).toEqual(['vitest'])
  })

  it.each(['connection', 'websocket'])('loads no rxjs with %s.ts, for whoever does not want it', (name) => {
    const loaded = closureOf(`${CORE}/${name}.ts`, core)
    expect(loaded).toContain(`${CORE}/machine.ts`)
    expect([...loaded].filter((target) => !target.startsWith('packages/'))).toEqual([])
  })

  it.each(PURE)('loads nothing but pure files with %s', (path) => {
    expect(core.map((file) => file.path)).toContain(path)
    expect([...closureOf(path, core)].filter((target) => !PURE.includes(target))).toEqual([])
  })

  it('loads nothing with the test kit but its own files, and none of what a connection is', () => {
    for (const entry of inCore('testing/index', 'testing/vitest')) {
      const loaded = [...closureOf(entry, core)]
      expect(loaded.filter((target) => !isFile(target))).toEqual([])
      for (const part of inCore('connection', 'machine', 'engine', 'streams'))
        expect(loaded).not.toContain(part)
    }
  })

  it('loads no file of the test kit', () => {
    const kit = `${CORE}/testing/`
    const users = core.filter(({ path, imports, typeImports }) => {
      return !path.startsWith(kit) && [...imports, ...typeImports].some((target) => target.startsWith(kit))
    })
    expect(users).toEqual([])
  })

  it('has no files that load each other in a circle', () => {
    const circles = core.filter(({ path, imports }) =>
      imports.some((target) => isFile(target) && closureOf(target, core).has(path)),
    )
    expect(circles.map(({ path }) => path)).toEqual([])
  })

  it('touches globals in environment.ts only, and where the stored outbox needs its own', () => {
    const paths = core.map(({ path }) => path).filter((path) => !path.startsWith(`${CORE}/testing/`))
    const uses = globalsOf(paths)
    // It would be silent too if it found nothing.
    expect(uses).toContainEqual({
      path: `${CORE}/environment.ts`,
      name: 'Math.random',
      line: expect.any(Number),
    })
    const ofStorage = new Map(STORAGE_HOST)
    const harmful = uses.filter(({ path, name }) => {
      return path !== `${CORE}/environment.ts` && !HARMLESS.has(name) && !ofStorage.get(path)?.includes(name)
    })
    expect(harmful).toEqual([])
  }, 120_000)
})

describe.each(['react', 'vue'])('the binding for %s', (binding) => {
  const sources = sourcesOf(`packages/${binding}/src`)
  const { exports } = JSON.parse(readFileSync('packages/core/package.json', 'utf8')) as {
    exports: Record<string, unknown>
  }
  const entries = Object.keys(exports).map((entry) => entry.replace(/^\./, '@holdfast/core'))

  it(`imports ${binding}, its own files, and the entries of the core`, () => {
    expect(sources.length).toBeGreaterThan(0)
    const targets = new Set(sources.flatMap(({ imports, typeImports }) => [...imports, ...typeImports]))
    const foreign = [...targets].filter((target) => {
      if (isFile(target)) return !target.startsWith(`packages/${binding}/src/`)
      return target !== binding && !entries.includes(target)
    })
    expect(foreign).toEqual([])
  })
})

describe('the program for the terminal', () => {
  const sources = sourcesOf('packages/cli/src')

  it('imports its own files, parts of Node, ws, and what the core shows to everybody', () => {
    const targets = new Set(sources.flatMap(({ imports, typeImports }) => [...imports, ...typeImports]))
    const foreign = [...targets].filter((target) => {
      if (isFile(target)) return !target.startsWith('packages/cli/')
      return !target.startsWith('node:') && !['@holdfast/core', 'ws'].includes(target)
    })
    expect(targets).toContain('@holdfast/core')
    expect(foreign).toEqual([])
  })
})

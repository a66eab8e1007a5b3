import { join } from 'node:path'
import { build, type Rollup } from 'vite'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** No file: what it says is made below. */
const ENTRY = join(root, 'app.js')

/** What a bundler keeps of the core for an application that imports these names. */
function bundled(...names: string[]): Promise<string> {
  return bundledFrom('@holdfast/core', ...names)
}

async function bundledFrom(entry: string, ...names: string[]): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['holdfast-source'] },
    build: { write: false, minify: true, lib: { entry: ENTRY, formats: ['es'] } },
    plugins: [
      {
        name: 'app',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? `export { ${names.join()} } from '${entry}'` : undefined),
      },
    ],
  })
  return (result as Rollup.RollupOutput[])
    .flatMap(({ output }) => output.map((file) => ('code' in file ? file.code : '')))
    .join('\n')
}

/** Texts of errors, which no minifier changes, by what they belong to. */
const MARKS = {
  conflate: 'conflate()',
  mapBounded: 'mapBounded()',
  toAsyncIterable: 'The consumer is too slow',
  binary: 'binary() takes no text',
  queryParameter: 'access_token',
  subprotocol: 'bearer.',
  firstMessage: 'firstMessage',
  tokenCarrier: 'tokenCarrier.handshake',
  constant: 'constant(delay)',
}

describe('an application that imports connect() alone', () => {
  it('carries no operator, codec, carrier or backoff that it does not use', { timeout: 60_000 }, async () => {
    const [alone, all] = await Promise.all([bundled('connect'), bundled('connect', ...Object.keys(MARKS))])
    for (const mark of Object.values(MARKS)) {
      expect(all).toContain(mark)
      expect(alone).not.toContain(mark)
    }
    expect(alone.length).toBeLessThan(all.length)
  })
})

describe('signing in', () => {
  it('is in no application that imports no carrier', { timeout: 60_000 }, async () => {
    const [alone, signsIn] = await Promise.all([bundled('connect'), bundled('connect', 'queryParameter')])
    expect(signsIn).toContain('auth.via threw')
    expect(alone).not.toContain('auth.via threw')
  })
})

describe('the storage', () => {
  it('is in no application that stores nothing', { timeout: 60_000 }, async () => {
    const entry = '@holdfast/core/storage'
    const [storage, own, app] = await Promise.all([
      bundledFrom(entry, 'indexedDbOutbox'),
      bundledFrom(entry, 'OutboxStorage'),
      bundled('connect'),
    ])
    expect(storage).toContain('.objectStore')
    expect(own).not.toContain('.objectStore')
    expect(own).toContain('queue.storage: ')
    expect(app).not.toContain('.objectStore')
    expect(app).not.toContain('queue.storage: ')
  })
})

describe('the test kit', () => {
  it('is in no application, and each part of it can be had alone', { timeout: 60_000 }, async () => {
    const entry = '@holdfast/core/testing'
    const [app, server, clock] = await Promise.all([
      bundled('connect'),
      bundledFrom(entry, 'fakeServer'),
      bundledFrom(entry, 'virtualClock'),
    ])
    for (const mark of [
      'No fake server listens',
      'timers fired and no time passed',
      'The contract is broken',
    ]) {
      expect(app).not.toContain(mark)
    }
    expect(server).toContain('No fake server listens')
    expect(server).not.toContain('timers fired and no time passed')
    expect(clock).not.toContain('No fake server listens')
  })
})

describe('an application that imports ReconnectingWebSocket alone', () => {
  it('carries no rxjs, no channel, and no helper that it does not use', { timeout: 60_000 }, async () => {
    const entry = '@holdfast/core/websocket'
    const [alone, all, connect] = await Promise.all([
      bundledFrom(entry, 'ReconnectingWebSocket'),
      bundledFrom(entry, 'ReconnectingWebSocket', 'subprotocol', 'decorrelatedJitter'),
      bundled('connect'),
    ])
    // Names of rxjs, which no minifier changes.
    expect(connect).toContain('@@observable')
    expect(all).not.toContain('@@observable')
    expect(all).toContain('bearer.')
    expect(alone).not.toContain('bearer.')
    expect(alone.length).toBeLessThan(connect.length)
  })
})

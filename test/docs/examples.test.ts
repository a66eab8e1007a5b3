import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatWithOptions } from 'node:util'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { type Block, blocksOfPages } from './blocks.ts'
import { COMPILED_ONLY } from './compiled-only.ts'
import { exampleServer } from './example-server.ts'

const folder = join(import.meta.dirname, '.examples')
const all = blocksOfPages()
const blocks = all.filter(({ runs }) => runs)
mkdirSync(folder, { recursive: true })

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What `console.log(…) // so` says that it prints; `// so, then so` for one that prints twice. */
function promised({ code }: Block): string[] {
  return [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].flatMap(([, text = '']) => text.split(', then '))
}

describe('an example that is marked to run', () => {
  it('is on each of these pages', () => {
    const pages = blocks.map(({ name }) => name.replace(/,.*/, ''))
    expect(pages).toEqual(
      expect.arrayContaining([
        'docs/messages.md',
        'docs/channels.md',
        'docs/requests.md',
        'docs/stored-outbox.md',
        'docs/backpressure.md',
        'docs/telemetry.md',
        'docs/testing.md',
        'docs/migration/rxjs-websocket.md',
        'docs/migration/native-websocket.md',
        'docs/websocket.md',
        'docs/native-websocket.md',
      ]),
    )
  })

  it('is every one, but for components and those that are listed with a reason', () => {
    const others = all.filter(({ runs, kind }) => !runs && kind === 'ts').map(({ name }) => name)
    const listed = Object.entries(COMPILED_ONLY).flatMap(([page, reasons]) =>
      reasons.flatMap(([, ...numbers]) => numbers.map((number) => `${page}, block ${number}`)),
    )
    expect(others.sort()).toEqual(listed.sort())
  })

  it.each(blocks)('prints what it says: $name', async (block) => {
    const server = exampleServer()
    vi.stubGlobal('WebSocket', server.WebSocket)
    const printed: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed.push(formatWithOptions({ breakLength: Infinity }, ...values))
    })
    const file = join(folder, `${block.id}.${block.kind}`)
    writeFileSync(file, block.code)
    const expected = promised(block)
    expect(expected).not.toEqual([])
    await import(/* @vite-ignore */ file)
    await waitFor(() => printed.length >= expected.length)
    const result = [...printed].sort()
    // A stop: no example comes back, and nothing of it is left for the next one.
    server.close(1000)
    log.mockRestore()
    vi.unstubAllGlobals()
    expect(result).toEqual(expected.sort())
  })
})

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { LOOPBACK, listen } from '../support/listen.ts'

const root = join(import.meta.dirname, '../..')
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export interface Site {
  readonly origin: string
  /** By their paths: `start.html`. */
  readonly files: ReadonlyMap<string, Buffer>
  close(): Promise<void>
}

/**
 * Builds the site as `npm run docs:build` does, and serves it. `HOLDFAST_SITE` names a folder with one that is built
 * already.
 */
export async function buildSite(): Promise<Site> {
  const { HOLDFAST_SITE: given } = process.env
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'holdfast-site-')))
  if (given === undefined) {
    await run('--import', 'tsx', 'scripts/docs/api.ts')
    await run('node_modules/vitepress/bin/vitepress.js', 'build', 'docs', '--outDir', folder)
  }
  const files = await filesIn(folder)
  if (given === undefined) await rm(folder, { recursive: true })
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://site').pathname.slice(1)
    const name = path === '' || path.endsWith('/') ? `${path}index.html` : path
    const file = files.get(name)
    response.writeHead(file ? 200 : 404, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    })
    response.end(file)
  })
  const origin = `http://${LOOPBACK}:${await listen(server)}`
  return {
    origin,
    files,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** In a process of its own: VitePress brings a Vite of its own, and changes the process that it builds in. */
async function run(...args: string[]): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production', VITEST: '' }
  await promisify(execFile)(process.execPath, args, { cwd: root, env })
}

async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)] as const),
    ),
  )
}

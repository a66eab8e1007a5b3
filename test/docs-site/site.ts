import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Files, type ServedFiles, serveFiles } from '../support/serve-files.ts'

const root = join(import.meta.dirname, '../..')

export interface Site extends ServedFiles {
  readonly files: Files
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
  return { ...(await serveFiles(files)), files }
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
    await Promise.all(files.map(async (file) => [file.slice(folder.length), await readFile(file)] as const)),
  )
}

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

const root = join(import.meta.dirname, '../..')
/** Beside the packages that the program loads. */
const cache = join(root, 'node_modules/.cache')

declare module 'vitest' {
  interface ProvidedContext {
    /** The program, built from the sources as they are now. */
    cli: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await mkdir(cache, { recursive: true })
  const outDir = await mkdtemp(join(cache, 'holdfast-cli-'))
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['holdfast-source'] },
    ssr: { noExternal: ['@holdfast/core', 'rxjs'], resolve: { conditions: ['holdfast-source'] } },
    build: {
      ssr: join(root, 'packages/cli/src/main.ts'),
      outDir,
      rolldownOptions: { output: { entryFileNames: 'main.js' } },
    },
  })
  project.provide('cli', join(outDir, 'main.js'))
  return () => rm(outDir, { recursive: true })
}

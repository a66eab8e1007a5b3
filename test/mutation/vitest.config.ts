import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { fromSource } from '../projects/from-source.ts'
import { QuickFirst } from './quick-first.ts'

/** Some of the tests beside the core's sources. */
export function testsOfTheCore(include: string[], exclude: string[] = []): ViteUserConfig {
  return defineConfig({
    resolve: {
      ...fromSource.resolve,
      alias: [
        { find: /^fast-check$/, replacement: fileURLToPath(new URL('fast-check.ts', import.meta.url)) },
      ],
    },
    ssr: fromSource.ssr,
    test: {
      environment: 'node',
      isolate: false,
      include,
      exclude,
      sequence: { sequencer: QuickFirst },
      // What waits for ever must not cost half a minute each time.
      testTimeout: 5_000,
    },
  })
}

export default testsOfTheCore(
  ['packages/core/src/**/*.test.ts'],
  // Each takes seconds, thousands of times.
  ['**/connection.cycles.test.ts', '**/connection.hostile.test.ts', '**/connection.storage.property.test.ts'],
)

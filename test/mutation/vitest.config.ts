import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { QuickFirst } from './quick-first.ts'

const conditions = ['holdfast-source']

/** Some of the tests beside the core's sources. */
export function testsOfTheCore(include: string[], exclude: string[] = []): ViteUserConfig {
  return defineConfig({
    resolve: {
      conditions: [...conditions, 'module', 'import', 'default'],
      alias: [
        { find: /^fast-check$/, replacement: fileURLToPath(new URL('fast-check.ts', import.meta.url)) },
      ],
    },
    ssr: { resolve: { conditions, externalConditions: conditions } },
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

import { fileURLToPath } from 'node:url'
import type { TestProjectConfiguration } from 'vitest/config'

const conditions = ['holdfast-source']

/** The examples of docs/testing.md, as users run them: without anything of ours around them. */
export const testingProjects: TestProjectConfiguration[] = [
  {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    resolve: { conditions: [...conditions, 'module', 'import', 'default'] },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name: 'testing',
      environment: 'happy-dom',
      setupFiles: ['test/testing/no-complaints.ts'],
      include: ['examples/testing/**/*.test.{ts,tsx}', 'test/testing/**/*.test.ts'],
      testTimeout: 30_000,
    },
  },
]

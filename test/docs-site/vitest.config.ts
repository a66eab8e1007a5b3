import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const conditions = ['holdfast-source']

/** Apart from the others: it builds the whole site, and `npm test` has no minute left. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { conditions: [...conditions, 'module', 'import', 'default'] },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    environment: 'node',
    include: ['test/docs-site/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
})

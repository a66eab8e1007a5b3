import { fileURLToPath } from 'node:url'
import type { TestProjectConfiguration } from 'vitest/config'

const conditions = ['holdfast-source']

export const vueProjects: TestProjectConfiguration[] = [
  {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    resolve: { conditions: [...conditions, 'module', 'import', 'default'] },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name: 'vue',
      environment: 'happy-dom',
      // Setting up a page, and loading the framework and the core, took two thirds of the time.
      isolate: false,
      setupFiles: ['test/vue/set-up.ts'],
      include: ['packages/vue/src/**/*.test.ts', 'test/vue/**/*.test.ts'],
    },
  },
]

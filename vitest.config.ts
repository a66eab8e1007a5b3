import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { reactProjects } from './test/projects/react.ts'
import { testingProjects } from './test/projects/testing.ts'
import { vueProjects } from './test/projects/vue.ts'
import { LAUNCH } from './test/support/chromium.ts'

const conditions = ['holdfast-source']
const resolve = { conditions: [...conditions, 'module', 'import', 'default'] }
const ssr = { resolve: { conditions, externalConditions: conditions } }

export default defineConfig({
  test: {
    // Half of the time they wait, for servers, pages and delays: a worker for each core would leave cores idle.
    maxWorkers: availableParallelism() + 1,
    // Of the units alone (`npm run units`): what only a server or a page reaches does not count.
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', 'packages/core/src/testing/**'],
      reporter: [['text', { skipFull: true }]],
      thresholds: { statements: 97, branches: 95, functions: 98, lines: 98 },
    },
    projects: [
      ...reactProjects,
      ...vueProjects,
      ...testingProjects,
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          environment: 'node',
          // Nearly all of them load nearly all of the core: half of the time went into that.
          isolate: false,
          include: [
            'packages/core/src/**/*.test.ts',
            'test/structure/**/*.test.ts',
            'test/docs/**/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'server',
          environment: 'node',
          include: ['test/server/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'soak',
          environment: 'node',
          // What is still reachable is known only after a collection.
          execArgv: ['--expose-gc'],
          include: ['test/soak/**/*.test.ts'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'interop',
          environment: 'node',
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'cli',
          environment: 'node',
          include: ['packages/cli/src/**/*.test.ts', 'test/cli/**/*.test.ts'],
          globalSetup: ['test/cli/global-setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'storage',
          environment: 'node',
          include: ['test/storage/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'page-life',
          environment: 'node',
          include: ['test/page-life/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'demo',
          environment: 'node',
          // Its files share one build of the page, and load Vite once.
          isolate: false,
          include: ['test/demo/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'chat',
          environment: 'node',
          // As above.
          isolate: false,
          include: ['test/chat/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'ticker',
          environment: 'node',
          include: ['test/ticker/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'docs-site',
          environment: 'node',
          include: ['test/docs-site/**/*.test.ts'],
          testTimeout: 60_000,
          // It builds the whole site.
          hookTimeout: 300_000,
        },
      },
      {
        resolve,
        // Found late, they would make Vite reload the page under a running test.
        optimizeDeps: {
          include: ['react', 'react-dom', 'react-dom/client', 'react/jsx-dev-runtime', 'rxjs', 'vue'],
        },
        test: {
          name: 'chromium',
          include: ['test/chromium/**/*.test.{ts,tsx}'],
          globalSetup: ['test/chromium/global-setup.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: LAUNCH }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})

import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { type Browser, inBrowser, oldest } from './test/projects/browser.ts'
import { inNode } from './test/projects/from-source.ts'
import { reactProjects } from './test/projects/react.ts'
import { testingProjects } from './test/projects/testing.ts'
import { vueProjects } from './test/projects/vue.ts'
import { LAUNCH } from './test/support/chromium.ts'
import { leaveUnwatched } from './test/support/unwatched.ts'

/** ms for tests that drive pages, or wait for servers and processes. */
const SLOW = { testTimeout: 60_000, hookTimeout: 60_000 }
const PATIENT = { testTimeout: 30_000 }

/** For each project its own: Vitest writes into it. */
const chromium = (): Browser => ({
  headless: true,
  provider: playwright({ launchOptions: LAUNCH }),
  commands: { leaveUnwatched: ({ page }) => leaveUnwatched(page) },
  instances: [{ browser: 'chromium' }],
})

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
      inNode(
        'unit',
        [
          'packages/core/src/**/*.test.ts',
          'test/structure/**/*.test.ts',
          'test/docs/**/*.test.ts',
          'test/release/**/*.test.ts',
        ],
        // Nearly all of them load nearly all of the core: half of the time went into that.
        { ...PATIENT, isolate: false },
      ),
      inNode('server', ['test/server/**/*.test.ts'], PATIENT),
      // What is still reachable is known only after a collection.
      inNode('soak', ['test/soak/**/*.test.ts'], { execArgv: ['--expose-gc'] }),
      inNode('interop', ['test/interop/**/*.test.ts'], PATIENT),
      inNode('cli', ['packages/cli/src/**/*.test.ts', 'test/cli/**/*.test.ts'], {
        ...PATIENT,
        globalSetup: ['test/cli/global-setup.ts'],
      }),
      inNode('storage', ['test/storage/**/*.test.ts'], SLOW),
      inNode('workers', ['test/workers/**/*.test.ts'], SLOW),
      inNode('page-life', ['test/page-life/**/*.test.ts'], SLOW),
      // Files of an example share one build of its page, and load Vite once.
      inNode('demo', ['test/demo/**/*.test.ts'], { ...SLOW, isolate: false }),
      inNode('chat', ['test/chat/**/*.test.ts'], { ...SLOW, isolate: false }),
      inNode('ticker', ['test/ticker/**/*.test.ts'], SLOW),
      // Each compiles and builds a whole project.
      inNode('consumers', ['test/consumers/*.test.ts'], { testTimeout: 180_000, hookTimeout: 180_000 }),
      // It builds the whole site.
      inNode('docs-site', ['test/docs-site/**/*.test.ts'], { ...SLOW, hookTimeout: 300_000 }),
      inBrowser('chromium', chromium()),
      inBrowser('chromium-older', chromium(), oldest),
    ],
  },
})

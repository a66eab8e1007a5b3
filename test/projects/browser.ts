import type { TestProjectConfiguration } from 'vitest/config'
import manifest from '../../package.json' with { type: 'json' }
import { fromSource, ROOT } from './from-source.ts'

const { react, vue } = manifest.devDependencies

type Browser = NonNullable<
  NonNullable<Extract<TestProjectConfiguration, { test?: unknown }>['test']>['browser']
>

/** Tests in a page, of what is in the sources. */
export function inBrowser(name: string, browser: Browser): TestProjectConfiguration {
  return {
    root: ROOT,
    resolve: fromSource.resolve,
    // Found late, they would make Vite reload the page under a running test.
    optimizeDeps: {
      include: ['react', 'react-dom', 'react-dom/client', 'react/jsx-dev-runtime', 'rxjs', 'vue'],
    },
    test: {
      name,
      include: ['test/browser/**/*.test.{ts,tsx}'],
      provide: { versions: { react, vue } },
      globalSetup: ['test/browser/global-setup.ts'],
      setupFiles: ['test/browser/set-up.ts'],
      testTimeout: 60_000,
      browser: { enabled: true, screenshotFailures: false, ...browser },
    },
  }
}

import type { AliasOptions } from 'vite'
import type { TestProjectConfiguration } from 'vitest/config'
import manifest from '../../package.json' with { type: 'json' }
import ofReact18 from '../react-18/package.json' with { type: 'json' }
import ofVue34 from '../vue-3.4/package.json' with { type: 'json' }
import { fromSource, ROOT } from './from-source.ts'
import { react18 } from './react.ts'
import { vue34 } from './vue.ts'

export type Browser = NonNullable<
  NonNullable<Extract<TestProjectConfiguration, { test?: unknown }>['test']>['browser']
>

/** Which tests, and on what. */
interface Frameworks {
  readonly include: string[]
  readonly versions: { readonly react: string; readonly vue: string }
  /** Leads to those versions. */
  readonly alias: AliasOptions
}

const newest: Frameworks = {
  include: ['test/browser/**/*.test.{ts,tsx}'],
  versions: manifest.devDependencies,
  alias: {},
}

/** The views alone, on the oldest React and Vue that the packages take. */
export const oldest: Frameworks = {
  include: ['test/browser/{react,vue}.test.{ts,tsx}'],
  versions: { ...ofReact18.dependencies, ...ofVue34.dependencies },
  alias: [...react18, vue34('dist/vue.runtime.esm-bundler.js')],
}

/** Tests in a page, of what is in the sources. */
export function inBrowser(
  name: string,
  browser: Browser,
  { include, versions: { react, vue }, alias } = newest,
): TestProjectConfiguration {
  return {
    root: ROOT,
    resolve: { ...fromSource.resolve, alias },
    // Found late, they would make Vite reload the page under a running test.
    optimizeDeps: {
      include: ['react', 'react-dom', 'react-dom/client', 'react/jsx-dev-runtime', 'rxjs', 'vue'],
    },
    test: {
      name,
      include,
      provide: { versions: { react, vue } },
      globalSetup: ['test/browser/global-setup.ts'],
      setupFiles: ['test/browser/set-up.ts'],
      testTimeout: 60_000,
      browser: { enabled: true, screenshotFailures: false, ...browser },
    },
  }
}

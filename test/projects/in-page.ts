import type { AliasOptions } from 'vite'
import type { TestProjectConfiguration } from 'vitest/config'
import { fromSource, ROOT, type TestOptions } from './from-source.ts'

/** Tests of a binding, in a page that is made up; `alias` leads to another version of its framework. */
export function inPage(
  name: string,
  alias: AliasOptions,
  { exclude = [], ...options }: TestOptions,
): TestProjectConfiguration {
  return {
    root: ROOT,
    ...fromSource,
    resolve: { ...fromSource.resolve, alias },
    test: {
      name,
      environment: 'happy-dom',
      // Setting up a page, and loading the framework and the core, took two thirds of the time.
      isolate: false,
      exclude: ['**/node_modules/**', ...exclude],
      ...options,
    },
  }
}

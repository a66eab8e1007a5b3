import type { TestProjectConfiguration } from 'vitest/config'
import { fromSource, ROOT } from './from-source.ts'

const vue34 = `${ROOT}test/vue-3.4/node_modules`

function project(
  name: string,
  alias: { find: RegExp; replacement: string }[],
  exclude: string[],
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
      setupFiles: ['test/vue/set-up.ts'],
      server: { deps: { inline: [/@vue\/test-utils/] } },
      include: ['packages/vue/src/**/*.test.ts', 'test/vue/**/*.test.ts'],
      exclude: ['**/node_modules/**', ...exclude],
    },
  }
}

/** The same suite on the newest Vue and on the oldest that the package takes. */
export const vueProjects: TestProjectConfiguration[] = [
  project('vue', [], []),
  project(
    'vue-3.4',
    // Files, so that whoever imports one of them gets the same.
    [
      { find: /^vue$/, replacement: `${vue34}/vue/index.mjs` },
      { find: /^vue\/server-renderer$/, replacement: `${vue34}/vue/server-renderer/index.mjs` },
      // As a module, so that the others reach what it imports.
      {
        find: /^@vue\/test-utils$/,
        replacement: `${ROOT}node_modules/@vue/test-utils/dist/vue-test-utils.esm-bundler.mjs`,
      },
      { find: /^@vue\/(compiler-dom|server-renderer)$/, replacement: `${vue34}/@vue/$1/index.js` },
    ],
    // It compiles the components of the pages, with the newest compiler.
    ['test/vue/docs.test.ts'],
  ),
]

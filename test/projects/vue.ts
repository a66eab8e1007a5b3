import type { TestProjectConfiguration } from 'vitest/config'
import { ROOT } from './from-source.ts'
import { inPage } from './in-page.ts'

const directory = `${ROOT}test/vue-3.4/node_modules`

/** Leads to a build of Vue 3.4. A file, so that whoever imports it gets the same. */
export function vue34(build: string) {
  return { find: /^vue$/, replacement: `${directory}/vue/${build}` }
}

const suite = {
  setupFiles: ['test/vue/set-up.ts'],
  include: ['packages/vue/src/**/*.test.ts', 'test/vue/**/*.test.ts'],
}

/** The same suite on the newest Vue and on the oldest that the package takes. */
export const vueProjects: TestProjectConfiguration[] = [
  inPage('vue', {}, suite),
  inPage(
    'vue-3.4',
    [
      vue34('index.mjs'),
      { find: /^vue\/server-renderer$/, replacement: `${directory}/vue/server-renderer/index.mjs` },
      { find: /^@vue\/(compiler-dom|server-renderer)$/, replacement: `${directory}/@vue/$1/index.js` },
      // As a module, so that the others reach what it imports.
      {
        find: /^@vue\/test-utils$/,
        replacement: `${ROOT}node_modules/@vue/test-utils/dist/vue-test-utils.esm-bundler.mjs`,
      },
    ],
    {
      ...suite,
      server: { deps: { inline: [/@vue\/test-utils/] } },
      // It compiles the components of the pages, with the newest compiler.
      exclude: ['test/vue/docs.test.ts'],
    },
  ),
]

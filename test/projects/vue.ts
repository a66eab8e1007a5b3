import type { TestProjectConfiguration } from 'vitest/config'
import { ROOT } from './from-source.ts'
import { inPage } from './in-page.ts'

const vue34 = `${ROOT}test/vue-3.4/node_modules`

const suite = {
  setupFiles: ['test/vue/set-up.ts'],
  include: ['packages/vue/src/**/*.test.ts', 'test/vue/**/*.test.ts'],
}

/** The same suite on the newest Vue and on the oldest that the package takes. */
export const vueProjects: TestProjectConfiguration[] = [
  inPage('vue', {}, suite),
  inPage(
    'vue-3.4',
    // Files, so that whoever imports one of them gets the same.
    [
      { find: /^vue$/, replacement: `${vue34}/vue/index.mjs` },
      { find: /^vue\/server-renderer$/, replacement: `${vue34}/vue/server-renderer/index.mjs` },
      { find: /^@vue\/(compiler-dom|server-renderer)$/, replacement: `${vue34}/@vue/$1/index.js` },
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

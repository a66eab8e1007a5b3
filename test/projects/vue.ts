import type { TestProjectConfiguration } from 'vitest/config'
import { inNode } from './from-source.ts'

export const vueProjects: TestProjectConfiguration[] = [
  inNode('vue', ['packages/vue/src/**/*.test.ts', 'test/vue/**/*.test.ts'], {
    environment: 'happy-dom',
    // Setting up a page, and loading the framework and the core, took two thirds of the time.
    isolate: false,
    setupFiles: ['test/vue/set-up.ts'],
  }),
]

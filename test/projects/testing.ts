import type { TestProjectConfiguration } from 'vitest/config'
import { inNode } from './from-source.ts'

/** The examples of docs/testing.md, as users run them: without anything of ours around them. */
export const testingProjects: TestProjectConfiguration[] = [
  inNode('testing', ['examples/testing/**/*.test.{ts,tsx}', 'test/testing/**/*.test.ts'], {
    environment: 'happy-dom',
    setupFiles: ['test/testing/no-complaints.ts'],
    testTimeout: 30_000,
  }),
]

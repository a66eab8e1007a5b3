import { fileURLToPath } from 'node:url'
import type { TestProjectConfiguration } from 'vitest/config'

export type TestOptions = NonNullable<Extract<TestProjectConfiguration, { test?: unknown }>['test']>

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const conditions = ['holdfast-source']

/** How imports of the packages lead to their sources. */
export const fromSource = {
  resolve: { conditions: [...conditions, 'module', 'import', 'default'] },
  ssr: { resolve: { conditions, externalConditions: conditions } },
}

/** Tests in Node, of what is in the sources. */
export function inNode(name: string, include: string[], options: TestOptions = {}): TestProjectConfiguration {
  return { root: ROOT, ...fromSource, test: { name, environment: 'node', include, ...options } }
}

import { readFileSync } from 'node:fs'
import { testsOfTheCore } from './vitest.config.ts'

const pure = JSON.parse(readFileSync(new URL('pure.json', import.meta.url), 'utf8')) as readonly string[]

/** What is pure is held by tests of its own: those of whole connections take longer, and do not say where. */
export default testsOfTheCore(
  pure.flatMap((name) => [`packages/core/src/${name}.test.ts`, `packages/core/src/${name}.property.test.ts`]),
)

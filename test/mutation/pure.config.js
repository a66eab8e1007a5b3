// @ts-check
import { readFileSync } from 'node:fs'
import core from './core.config.js'

/** What decides and computes: no socket, no timer, no observable. */
const pure = JSON.parse(readFileSync(new URL('pure.json', import.meta.url), 'utf8'))

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  ...core,
  mutate: pure.map((name) => `packages/core/src/${name}.ts`),
  vitest: { configFile: 'test/mutation/pure.vitest.config.ts', related: false },
  incrementalFile: 'reports/mutation/pure.incremental.json',
  htmlReporter: { fileName: 'reports/mutation/pure.html' },
  jsonReporter: { fileName: 'reports/mutation/pure.json' },
  thresholds: { high: 95, low: 90, break: 90 },
}

// @ts-check

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['packages/core/src/**/*.ts', '!**/*.test.ts', '!**/*.test-d.ts', '!packages/core/src/testing/**'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Those of what runs at import: each would need all tests. There are few, and tables for them.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'reports/mutation/core.incremental.json',
  reporters: ['html', 'json', 'clear-text', 'progress-append-only'],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: 'reports/mutation/core.html' },
  jsonReporter: { fileName: 'reports/mutation/core.json' },
  thresholds: { high: 90, low: 80, break: 80 },
  tempDirName: '.mutants',
  ignorePatterns: ['/docs', '/bench', '/examples', '/packages/*/dist', '/coverage', '/reports'],
  concurrency: 2,
  timeoutMS: 5_000,
  disableTypeChecks: false,
}

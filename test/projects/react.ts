import type { TestProjectConfiguration } from 'vitest/config'
import { ROOT } from './from-source.ts'
import { inPage } from './in-page.ts'

const directory = `${ROOT}test/react-18/node_modules`

/** Leads to React 18. */
export const react18 = [
  { find: 'react-dom', replacement: `${directory}/react-dom` },
  { find: 'react', replacement: `${directory}/react` },
]

const suite = {
  setupFiles: ['test/react/refresh-hook.ts', 'test/react/set-up.ts'],
  include: ['packages/react/src/**/*.test.tsx', 'test/react/**/*.test.{ts,tsx}'],
}

/** The same suite on React 19 and 18; what 18 does not have is left out there. */
export const reactProjects: TestProjectConfiguration[] = [
  inPage('react', {}, suite),
  inPage(
    'react-18',
    [
      ...react18,
      // As a module, so that the others reach what it imports.
      {
        find: '@testing-library/react',
        replacement: `${ROOT}node_modules/@testing-library/react/dist/@testing-library/react.esm.js`,
      },
    ],
    { ...suite, exclude: ['**/*.react-19.test.tsx', 'test/react/*.test.ts'] },
  ),
]

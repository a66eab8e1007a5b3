import type { TestProjectConfiguration } from 'vitest/config'
import { ROOT } from './from-source.ts'
import { inPage } from './in-page.ts'

const react18 = `${ROOT}test/react-18/node_modules`

const suite = {
  setupFiles: ['test/react/refresh-hook.ts', 'test/react/set-up.ts'],
  include: ['packages/react/src/**/*.test.tsx', 'test/react/**/*.test.{ts,tsx}'],
}

/** The same suite on React 19 and 18; what 18 does not have is left out there. */
export const reactProjects: TestProjectConfiguration[] = [
  inPage('react', {}, suite),
  inPage(
    'react-18',
    {
      'react-dom': `${react18}/react-dom`,
      react: `${react18}/react`,
      // As a module, so that the other aliases reach what it imports.
      '@testing-library/react': `${ROOT}node_modules/@testing-library/react/dist/@testing-library/react.esm.js`,
    },
    { ...suite, exclude: ['**/*.react-19.test.tsx', 'test/react/*.test.ts'] },
  ),
]

import type { TestProjectConfiguration } from 'vitest/config'
import { fromSource, ROOT } from './from-source.ts'

const react18 = `${ROOT}test/react-18/node_modules`

function project(name: string, alias: Record<string, string>, exclude: string[]): TestProjectConfiguration {
  return {
    root: ROOT,
    ...fromSource,
    resolve: { ...fromSource.resolve, alias },
    test: {
      name,
      environment: 'happy-dom',
      // Setting up a page, and loading the framework and the core, took two thirds of the time.
      isolate: false,
      setupFiles: ['test/react/refresh-hook.ts', 'test/react/set-up.ts'],
      include: ['packages/react/src/**/*.test.tsx', 'test/react/**/*.test.{ts,tsx}'],
      exclude: ['**/node_modules/**', ...exclude],
    },
  }
}

/** The same suite on React 19 and 18; what 18 does not have is left out there. */
export const reactProjects: TestProjectConfiguration[] = [
  project('react', {}, []),
  project(
    'react-18',
    {
      'react-dom': `${react18}/react-dom`,
      react: `${react18}/react`,
      // As a module, so that the other aliases reach what it imports.
      '@testing-library/react': `${ROOT}node_modules/@testing-library/react/dist/@testing-library/react.esm.js`,
    },
    ['**/*.react-19.test.tsx', 'test/react/*.test.ts'],
  ),
]

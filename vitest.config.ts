import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { reactProjects } from './test/projects/react.ts'
import { vueProjects } from './test/projects/vue.ts'

const conditions = ['holdfast-source']
const resolve = { conditions: [...conditions, 'module', 'import', 'default'] }
const ssr = { resolve: { conditions, externalConditions: conditions } }

export default defineConfig({
  test: {
    projects: [
      ...reactProjects,
      ...vueProjects,
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          environment: 'node',
          include: [
            'packages/core/src/**/*.test.ts',
            'test/structure/**/*.test.ts',
            'test/docs/**/*.test.ts',
          ],
          testTimeout: 30_000,
          typecheck: {
            enabled: true,
            include: ['packages/core/src/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'server',
          environment: 'node',
          include: ['test/server/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'interop',
          environment: 'node',
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'storage',
          environment: 'node',
          include: ['test/storage/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'page-life',
          environment: 'node',
          include: ['test/page-life/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'demo',
          environment: 'node',
          include: ['test/demo/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'ticker',
          environment: 'node',
          include: ['test/ticker/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        // Found late, they would make Vite reload the page under a running test.
        optimizeDeps: {
          include: ['react', 'react-dom', 'react-dom/client', 'react/jsx-dev-runtime', 'rxjs', 'vue'],
        },
        test: {
          name: 'chromium',
          include: ['test/chromium/**/*.test.{ts,tsx}'],
          globalSetup: ['test/chromium/global-setup.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-quic',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})

import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  resolve: {
    // The library's TypeScript source, so that the demo needs no build.
    conditions: ['holdfast-source', 'module', 'browser', 'development|production', 'default'],
  },
  optimizeDeps: {
    // Named, so that none is found late: that would need a reload, and a page under test would see it.
    include: ['rxjs', 'uplot'],
    noDiscovery: true,
  },
  build: { target: 'es2022' },
})

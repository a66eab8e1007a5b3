import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // The library's TypeScript source, so that the ticker needs no build. Copied out of here, leave this out.
  resolve: { conditions: ['holdfast-source', 'module', 'browser', 'development|production', 'default'] },
  // Named, so that it is not found late: that would need a reload.
  optimizeDeps: { include: ['rxjs'], noDiscovery: true },
  build: { target: 'es2022' },
})

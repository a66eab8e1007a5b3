import { defineConfig } from 'vite'

/** Vue warns unless it is told. */
const VUE_FLAGS = {
  __VUE_OPTIONS_API__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
}

export default defineConfig({
  root: import.meta.dirname,
  resolve: {
    // The library's TypeScript source, so that the demo needs no build.
    conditions: ['holdfast-source', 'module', 'browser', 'development|production', 'default'],
  },
  define: VUE_FLAGS,
  optimizeDeps: {
    // Named, so that none is found late: that would need a reload, and a page under test would see it.
    include: [
      'rxjs',
      'uplot',
      'react',
      'react/jsx-runtime',
      'react/jsx-dev-runtime',
      'react-dom',
      'react-dom/client',
      'vue',
    ],
    noDiscovery: true,
    // In development Vite defines them in its client, which this page does without.
    rolldownOptions: { transform: { define: VUE_FLAGS } },
  },
  build: { target: 'es2022' },
})

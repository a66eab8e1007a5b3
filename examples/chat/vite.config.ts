import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Vue warns unless it is told. */
const VUE_FLAGS = {
  __VUE_OPTIONS_API__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
  resolve: {
    // The library's TypeScript source, so that the example needs no build.
    conditions: ['holdfast-source', 'module', 'browser', 'development|production', 'default'],
  },
  define: VUE_FLAGS,
  optimizeDeps: {
    // Named, so that none is found late: that would need a reload, and a page under test would see it.
    include: [
      'rxjs',
      'idb',
      'react',
      'react/jsx-runtime',
      'react/jsx-dev-runtime',
      'react-dom/client',
      'vue',
    ],
    noDiscovery: true,
    // In development Vite defines them in its client, which these pages do without.
    rolldownOptions: { transform: { define: VUE_FLAGS } },
  },
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: ['index.html', 'react/index.html', 'vue/index.html'].map(
        (name) => `${import.meta.dirname}/${name}`,
      ),
    },
  },
})

import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    bindings: 'src/bindings.ts',
    websocket: 'src/websocket.ts',
    storage: 'src/storage/index.ts',
    testing: 'src/testing/index.ts',
    'testing/vitest': 'src/testing/vitest.ts',
  },
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: { sourcemap: true },
  // `await using`: projects whose own `lib` ends before it take the types, too.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  fixedExtension: false,
})

import type { PageSource } from '../../examples/demo/server/page.ts'
import viteConfig from '../../examples/demo/vite.config.ts'
import { buildPage as build } from '../support/built-page.ts'

/** The demo's page, built once. */
export async function buildPage(): Promise<PageSource> {
  const { files, serve } = await build(viteConfig)
  return { html: async () => files.get('/index.html') ?? '', serve, close: async () => {} }
}

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import viteConfig from '../vite.config.ts'

const HTML = fileURLToPath(new URL('../index.html', import.meta.url))

/** Where the page and its modules come from. */
export interface PageSource {
  readonly html: () => Promise<string | Uint8Array>
  /** Answers for what the page asks for; `next` where there is no such thing. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  readonly close: () => Promise<void>
}

/** Compiles the page's modules as they are asked for. */
export async function createPageSource(): Promise<PageSource> {
  const vite = await createServer({
    ...viteConfig,
    configFile: false,
    appType: 'custom',
    logLevel: 'warn',
    clearScreen: false,
    server: { middlewareMode: true, hmr: false, ws: false },
  })
  return { html: () => readFile(HTML), serve: vite.middlewares, close: () => vite.close() }
}

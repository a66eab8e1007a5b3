import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import viteConfig from '../vite.config.ts'

/** The three pages, by their addresses. */
const PAGES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/react/': 'react/index.html',
  '/vue/': 'vue/index.html',
}

/** Where the pages and their modules come from. */
export interface PageSource {
  /** Answers for what a browser asks for; `next` where there is no such thing. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  readonly close: () => Promise<void>
}

/** Compiles the pages' modules as they are asked for. */
export async function createPageSource(): Promise<PageSource> {
  const vite = await createServer({
    ...viteConfig,
    configFile: false,
    appType: 'custom',
    logLevel: 'warn',
    clearScreen: false,
    server: { middlewareMode: true, hmr: false, ws: false },
  })
  return {
    serve(request, response, next) {
      const file = PAGES[(request.url ?? '').replace(/\?.*/, '')]
      if (file === undefined) return vite.middlewares(request, response, next)
      // As it stands: there is no HMR client that Vite would have to add.
      readFile(fileURLToPath(new URL(`../${file}`, import.meta.url))).then((html) => {
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
      }, next)
    },
    close: () => vite.close(),
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { build, type InlineConfig, type Rolldown } from 'vite'

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

/** Pages in a few files, in memory. */
export interface BuiltPage {
  /** By their addresses: `/index.html`. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  /** Answers with a file; for an address that ends in `/`, with its `index.html`. */
  serve(request: IncomingMessage, response: ServerResponse, next: () => void): void
}

/** Pages in a few files rather than a hundred modules each: they are loaded for every test. */
export async function buildPage(config: InlineConfig): Promise<BuiltPage> {
  // Not 'warn': each 'use client' of the React packages is worth one, and means nothing to one bundle.
  const memory = { ...config.build, write: false }
  const { output } = (await build({
    ...config,
    configFile: false,
    logLevel: 'error',
    build: memory,
  })) as Rolldown.RolldownOutput
  const files = new Map(
    output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  )
  return {
    files,
    serve(request, response, next) {
      const path = (request.url ?? '').replace(/\?.*/, '').replace(/\/$/, '/index.html')
      const file = files.get(path)
      if (file === undefined) return next()
      const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type }).end(file)
    },
  }
}

/** What the servers of examples take in place of a page that is compiled as it is asked for. */
export interface PageSource extends Pick<BuiltPage, 'serve'> {
  readonly html: () => Promise<string | Uint8Array>
  readonly close: () => Promise<void>
}

/** The one page of an example. */
export async function buildSource(config: InlineConfig): Promise<PageSource> {
  const { files, serve } = await buildPage(config)
  return { html: async () => files.get('/index.html') ?? '', serve, close: async () => {} }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { build, type Rolldown, type UserConfig } from 'vite'

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

/** A page in memory: what the servers of the examples take in place of one compiled as it is asked for. */
export interface BuiltPage {
  readonly html: () => Promise<string | Uint8Array>
  readonly serve: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  readonly close: () => Promise<void>
}

/** The page in a few files rather than a hundred modules: it is loaded for every test. */
export async function buildPage(viteConfig: UserConfig): Promise<BuiltPage> {
  // Not 'warn': each 'use client' of the React packages is worth one, and means nothing to one bundle.
  const options = {
    ...viteConfig,
    configFile: false,
    logLevel: 'error',
    build: { ...viteConfig.build, write: false },
  } as const
  const { output } = (await build(options)) as Rolldown.RolldownOutput
  const files = new Map(
    output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  )
  return {
    html: async () => files.get('/index.html') ?? '',
    serve(request, response, next) {
      const path = request.url ?? ''
      const file = files.get(path)
      if (file === undefined) return next()
      const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type }).end(file)
    },
    close: async () => {},
  }
}

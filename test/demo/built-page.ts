import { build, type Rolldown } from 'vite'
import type { PageSource } from '../../examples/demo/server/page.ts'
import viteConfig from '../../examples/demo/vite.config.ts'

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

/** The page in a few files rather than a hundred modules: it is loaded for every test. */
export async function buildPage(): Promise<PageSource> {
  // Not 'warn': each 'use client' of the React packages is worth one, and means nothing to one bundle.
  const options = { ...viteConfig, configFile: false, logLevel: 'error', build: { write: false } } as const
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

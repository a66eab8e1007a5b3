import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { LOOPBACK, listen } from './listen.ts'

export interface ServedPage {
  readonly origin: string
  close(): Promise<void>
}

/** Bundles a folder with an `index.html`, from the sources, and serves it on loopback: a secure context. */
export async function servePage(root: string): Promise<ServedPage> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-page-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['holdfast-source', 'module', 'browser', 'production'] },
    build: { outDir, emptyOutDir: true },
  })
  const http = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://page')
    const file = await readFile(join(outDir, pathname === '/' ? 'index.html' : pathname)).catch(
      () => undefined,
    )
    response.setHeader('Content-Type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.writeHead(file ? 200 : 404).end(file)
  })
  const origin = `http://${LOOPBACK}:${await listen(http)}`
  return {
    origin,
    async close() {
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
      await rm(outDir, { recursive: true })
    },
  }
}

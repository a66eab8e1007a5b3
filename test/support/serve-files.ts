import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { closed } from './ending.ts'
import { LOOPBACK, listen } from './listen.ts'

/** By their addresses: `/index.html`. */
export type Files = ReadonlyMap<string, string | Uint8Array>

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/** Answers with a file; for an address that ends in `/`, with its `index.html`. False where there is none. */
export function answer(files: Files, request: IncomingMessage, response: ServerResponse): boolean {
  const { pathname } = new URL(request.url ?? '/', 'http://files')
  const path = pathname.replace(/\/$/, '/index.html')
  const file = files.get(path)
  if (file === undefined) return false
  response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file)
  return true
}

export interface ServedFiles {
  readonly origin: string
  readonly http: Server
  close(): Promise<void>
}

/** Serves files on loopback: a secure context. */
export async function serveFiles(files: Files): Promise<ServedFiles> {
  const http = createServer((request, response) => {
    if (!answer(files, request, response)) response.writeHead(404).end()
  })
  const origin = `http://${LOOPBACK}:${await listen(http)}`
  return {
    origin,
    http,
    async close() {
      const gone = closed(http)
      http.close()
      http.closeAllConnections()
      await gone
    },
  }
}

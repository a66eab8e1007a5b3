import type { IncomingMessage, ServerResponse } from 'node:http'
import { build, type InlineConfig, type Rolldown } from 'vite'
import { answer, type Files } from './serve-files.ts'

/** Pages in a few files, in memory. */
export interface BuiltPage {
  readonly files: Files
  serve(request: IncomingMessage, response: ServerResponse, next: () => void): void
}

/** Pages in a few files rather than a hundred modules each: they are loaded for every test. As for production. */
export async function buildPage(config: InlineConfig): Promise<BuiltPage> {
  const memory = { ...config.build, write: false }
  // Not 'warn': each 'use client' of the React packages is worth one, and means nothing to one bundle.
  const quiet = { ...config, configFile: false as const, logLevel: 'error' as const, build: memory }
  const { output } = await inProduction(() => build(quiet) as Promise<Rolldown.RolldownOutput>)
  const files = new Map(
    output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  )
  return {
    files,
    serve(request, response, next) {
      if (!answer(files, request, response)) next()
    },
  }
}

/** Under vitest it says 'test', and Vite would build React and Vue as for their developers. */
async function inProduction<Value>(work: () => Promise<Value>): Promise<Value> {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    return await work()
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
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

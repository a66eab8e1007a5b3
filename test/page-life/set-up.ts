import { createServer as createHttpServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { closed } from '../support/ending.ts'
import { LOOPBACK, listen } from '../support/listen.ts'
import { createServer, type TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { Chromium, type Tab } from './chromium.ts'

/** A tab with a connection in it, and the server that it leads to. */
export interface Life {
  readonly tab: Tab
  readonly server: TestServer
  /** Where the page came from: `/elsewhere` and `/file` are there, too. */
  readonly origin: string
  /** Resolves once the newest state has this status; with all there were. */
  becomes(status: string, count?: number): Promise<readonly { status: string; by?: string }[]>
  /** Opens another tab in front of this one. */
  hide(): Promise<void>
}

/** Builds the page and starts a browser; returns what opens the page for a test. */
export function preparePage(): (heartbeat?: { interval: number; timeout: number }) => Promise<Life> {
  let chromium: Chromium
  let origin: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    const script = await bundle()
    const http = createHttpServer(({ url }, response) => {
      if (url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script)
      if (url === '/file') {
        const headers = {
          'content-disposition': 'attachment; filename="file.txt"',
          'content-type': 'text/plain',
        }
        return response.writeHead(200, headers).end('a file')
      }
      const body = url?.startsWith('/page?')
        ? '<script type="module" src="/page.js"></script>'
        : '<h1>Elsewhere</h1>'
      return response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><title>${url}</title>${body}`)
    })
    origin = `http://${LOOPBACK}:${await listen(http)}`
    chromium = await Chromium.launch()
    stop = async () => {
      await chromium.close()
      const gone = closed(http)
      http.close()
      http.closeAllConnections()
      await gone
    }
  })

  afterAll(() => stop())

  return async (heartbeat) => {
    const server = await createServer({
      onMessage: (socket, data) => {
        if (data === 'ping') socket.send('pong')
      },
    })
    onTestFinished(() => server.close())
    const search = new URLSearchParams({ server: server.url, heartbeat: JSON.stringify(heartbeat ?? null) })
    const tab = await chromium.open(`${origin}/page?${search}`)
    onTestFinished(() => tab.close())
    const life: Life = {
      tab,
      server,
      origin,
      async becomes(status, count = 1) {
        const what = `${count} × '${status}'`
        let states: readonly { status: string; by?: string }[] = []
        const isReached = async () => {
          states = await tab.ask('states')
          return states.filter((state) => state.status === status).length >= count
        }
        await waitFor(isReached, { timeout: 15_000, what })
        return states
      },
      async hide() {
        const other = await chromium.open(`${origin}/elsewhere`)
        onTestFinished(() => other.close())
        await other.bringToFront()
        await waitFor(async () => (await tab.ask('document.visibilityState')) === 'hidden')
      },
    }
    await life.becomes('open')
    return life
  }
}

/** The page's script, the library's source in it. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['holdfast-source', 'module', 'browser', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('page.ts', import.meta.url)), formats: ['es'], fileName: 'page' },
    },
  })
  const [output] = [result].flat()
  if (!output || !('output' in output)) throw new Error('Vite has built nothing')
  return output.output[0].code
}

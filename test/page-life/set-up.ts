import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { serveFiles } from '../support/serve-files.ts'
import { bundlePage } from '../support/serve-page.ts'
import { createServer, type TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { Chromium, type Tab } from './chromium.ts'

/** A tab with a connection in it, and the server that it leads to. */
export interface Life {
  readonly tab: Tab
  readonly server: TestServer
  /** Where the page came from: `/elsewhere/` and `/file` are there, too. */
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
    const script = fileURLToPath(new URL('page.ts', import.meta.url))
    const more = [
      ['/elsewhere/index.html', '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>'],
      // No type that a page could show: it is downloaded.
      ['/file', 'a file'],
    ] as const
    const served = await serveFiles(new Map([...(await bundlePage(script)), ...more]))
    origin = served.origin
    chromium = await Chromium.launch()
    stop = async () => {
      await chromium.close()
      await served.close()
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
    const tab = await chromium.open(`${origin}/?${search}`)
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
        const other = await chromium.open(`${origin}/elsewhere/`)
        onTestFinished(() => other.close())
        await other.bringToFront()
        await waitFor(async () => (await tab.ask('document.visibilityState')) === 'hidden')
      },
    }
    await life.becomes('open')
    return life
  }
}

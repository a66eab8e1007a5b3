import type { BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { ServedFiles } from '../support/serve-files.ts'
import { servePage } from '../support/serve-page.ts'
import { createServer, type TestServer } from '../support/server.ts'
import type { PageControl } from './page/page.ts'

/** For `expect.poll`. */
const WAIT = { timeout: 10_000, interval: 20 }

type Call = {
  [Name in keyof PageControl]: PageControl[Name] extends (...args: never) => unknown ? Name : never
}
type Method = Call[keyof PageControl]

/** A tab with a connection that has a stored outbox. */
class OutboxPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Calls one of the page's methods. */
  call<Name extends Method>(
    name: Name,
    ...args: Parameters<PageControl[Name]>
  ): Promise<Awaited<ReturnType<PageControl[Name]>>> {
    return this.page.evaluate(([method, values]) => Reflect.get(globalThis, 'control')[method](...values), [
      name,
      args,
    ] as const)
  }

  errors(): Promise<string[]> {
    return this.page.evaluate(() => Reflect.get(globalThis, 'control').errors)
  }

  async has(name: 'stored' | 'queued' | 'locks', count: number): Promise<void> {
    await expect.poll(() => this.call(name), WAIT).toBe(count)
  }

  async becomes(status: string): Promise<void> {
    await expect.poll(() => this.call('status'), WAIT).toBe(status)
  }

  /** A tab that is closed by force: none of its handlers runs. */
  close(): Promise<void> {
    return this.page.close({ runBeforeUnload: false })
  }

  /** The process behind the tab dies. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash')
    const session = await this.page.context().newCDPSession(this.page)
    // It is never answered.
    session.send('Page.crash').catch(() => undefined)
    await crashed
    await this.page.close()
  }
}

export interface World {
  readonly server: TestServer
  readonly origin: string
  /** Opens the page in a tab of the context; `first` is sent before anything else. */
  open(
    context: BrowserContext,
    parameters?: { first?: string; delivers?: string },
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<OutboxPage>
  /** Ends all connections, and refuses others until `online()`. */
  offline(): void
  online(): void
  /** Resolves once so many messages have come; fails if more do. */
  received(count: number): Promise<string[]>
}

/** For each test a server and a database of its own; for all of them one page. */
export function prepareWorld(): () => World {
  let served: ServedFiles
  let server: TestServer
  let name = 0

  beforeAll(async () => {
    served = await servePage(`${import.meta.dirname}/page/page.ts`)
  })
  afterAll(() => served.close())

  beforeEach(async () => {
    server = await createServer()
    name += 1
  })
  afterEach(() => server.close())

  return () => {
    const world: World = {
      server,
      origin: served.origin,
      async open(context, parameters = {}, prepare = async () => undefined) {
        const page = await context.newPage()
        await prepare(page)
        const query = new URLSearchParams({ server: server.url, name: `test ${name}`, ...parameters })
        await page.goto(`${served.origin}/?${query}`)
        return new OutboxPage(page)
      },
      offline() {
        server.refuseWith(503)
        server.terminateAll()
      },
      online: () => server.refuseWith(),
      async received(count) {
        await server.waitFor(({ received }) => received.length >= count, 10_000)
        return server.messages.map(String)
      },
    }
    return world
  }
}

/** Numbered messages. */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}

import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { createFaultyProxy } from '../support/faulty-proxy.ts'
import { type ServedFiles, serveFiles } from '../support/serve-files.ts'
import { bundlePage } from '../support/serve-page.ts'
import { createServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Report, WorkerControl } from './page/worker.ts'

const KIB = 1024

let browser: Browser
let served: ServedFiles
let context: BrowserContext

beforeAll(async () => {
  const [page, worker] = await Promise.all(
    ['page', 'worker'].map((name) => bundlePage(`${import.meta.dirname}/page/${name}.ts`)),
  )
  const script = worker?.get('/page.js')
  if (!page || !script) throw new Error('Nothing was built.')
  served = await serveFiles(new Map([...page, ['/worker.js', script]]))
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await served.close()
})
beforeEach(async () => {
  context = await browser.newContext()
})
afterEach(() => context.close())

/** A page with a worker, that does as it is told. */
class WorkerPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  ask<Method extends keyof WorkerControl>(
    method: Method,
    ...values: Parameters<WorkerControl[Method]>
  ): Promise<Awaited<ReturnType<WorkerControl[Method]>>> {
    return this.page.evaluate(([name, given]) => Reflect.get(globalThis, 'control').ask(name, given), [
      method,
      values,
    ] as const)
  }

  restart(): Promise<void> {
    return this.page.evaluate(() => Reflect.get(globalThis, 'control').restart())
  }

  /** Resolves once the worker has told of so many states of this kind. */
  async seen(status: string, count = 1): Promise<void> {
    const isSeen = ({ statuses }: Report) => statuses.filter((each) => each === status).length >= count
    await waitFor(async () => isSeen(await this.ask('report')), {
      what: `${count} × '${status}'`,
      timeout: 10_000,
    })
  }
}

async function startLine() {
  const server = await createServer({
    onMessage(socket, data) {
      if (String(data) === 'ping') socket.send('pong')
    },
  })
  const proxy = await createFaultyProxy(server)
  onTestFinished(async () => {
    await proxy.close()
    await server.close()
  })
  return { server, proxy }
}

describe.each([
  ['a dedicated worker', 'dedicated', 'DedicatedWorkerGlobalScope'],
  ['a shared worker', 'shared', 'SharedWorkerGlobalScope'],
])('in %s', (_, kind, scope) => {
  async function open(): Promise<WorkerPage> {
    const page = await context.newPage()
    await page.goto(`${served.origin}/?${kind}`)
    return new WorkerPage(page)
  }

  it('sends and receives text, bytes and Blobs, and hands on what came once a frame', async () => {
    const { server, proxy } = await startLine()
    const worker = await open()
    expect(await worker.ask('scope')).toBe(scope)
    await worker.ask('connect', proxy.url)
    await worker.seen('open')
    await worker.ask('sendKinds')
    await server.waitFor(({ received }) => received.length === 4)
    expect(server.messages).toEqual([
      'text 🙂',
      Buffer.from([2, 3]),
      Buffer.from([4, 5]),
      Buffer.from('blob'),
    ])
    for (let i = 0; i < 100; i++) server.sendAll(`${i}`)
    await waitFor(async () => (await worker.ask('report')).frames.flat().length >= 100)
    const { frames } = await worker.ask('report')
    expect(frames.flat()).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`))
    expect(frames.length).toBeLessThan(100)
    expect(await worker.ask('close')).toBe(0)
    await server.waitFor(({ closed }) => closed.length === 1)
  })

  it('comes back after a reset, with what was sent meanwhile, in order', async () => {
    const { server, proxy } = await startLine()
    const worker = await open()
    await worker.ask('connect', proxy.url)
    await worker.seen('open')
    await proxy.refuse()
    proxy.reset()
    await worker.seen('waiting')
    await worker.ask('send', 'a', 'b', 'c')
    await proxy.refuse(false)
    await server.waitFor(({ received }) => received.length === 3, 10_000)
    expect(server.messages).toEqual(['a', 'b', 'c'])
  })

  it('sends what a reset left in the buffer over the next connection, once, and tells of the rest', async () => {
    const { server, proxy } = await startLine()
    const worker = await open()
    await worker.ask('connect', proxy.url, { highWaterMark: 64 * KIB * KIB })
    await worker.seen('open')
    proxy.stall()
    const count = 1_000
    await worker.ask('flood', count, 16 * KIB)
    proxy.reset()
    await worker.seen('waiting')
    proxy.stall(false)
    await worker.seen('open', 2)
    await waitFor(async () => (await worker.ask('report')).outbox.queued === 0, { timeout: 20_000 })
    await worker.ask('send', 'last')
    await server.waitFor(({ messages }) => messages.at(-1) === 'last', 20_000)
    const { outbox, told } = await worker.ask('report')
    const ids = server.messages.slice(0, -1).map((message) => Number.parseInt(String(message), 10))
    expect(outbox.recovered).toBeGreaterThan(0)
    expect(new Set(ids).size, 'none comes twice').toBe(ids.length)
    const lost = Array.from({ length: count }, (_, id) => id).filter((id) => !ids.includes(id))
    expect(lost.filter((id) => !told.includes(id))).toEqual([])
  })

  it('finds a black hole out by its heartbeat', async () => {
    const { proxy } = await startLine()
    const worker = await open()
    await worker.ask('connect', proxy.url, { heartbeat: true })
    await worker.seen('open')
    proxy.blackHole()
    await worker.seen('connecting', 2)
    // That one was dialled into the hole.
    proxy.reset()
    proxy.blackHole(false)
    await worker.seen('open', 2)
  })

  it('stores what waits: the next worker sends it, in order', async () => {
    const { server, proxy } = await startLine()
    await proxy.refuse()
    const first = await open()
    await first.ask('connect', proxy.url, { stored: kind })
    await first.ask('send', 'a', 'b')
    await first.seen('waiting')
    await first.ask('send', 'c')
    await waitFor(async () => (await first.ask('stored', kind)) === 3, { what: '3 stored messages' })
    const next = await afterTheEndOf(first)
    await proxy.refuse(false)
    await next.ask('connect', proxy.url, { stored: kind })
    await server.waitFor(({ received }) => received.length === 3, 10_000)
    expect(server.messages).toEqual(['a', 'b', 'c'])
    await waitFor(async () => (await next.ask('stored', kind)) === 0)
    const { errors, restored } = await next.ask('report')
    expect({ errors, restored }).toEqual({ errors: [], restored: 3 })
  })

  /** Another worker: a dedicated one can be ended, a shared one ends with its last page. */
  async function afterTheEndOf(worker: WorkerPage): Promise<WorkerPage> {
    if (kind === 'dedicated') {
      await worker.restart()
      return worker
    }
    const identity = await worker.ask('identity')
    await worker.page.goto('about:blank')
    // It may live on for a moment, and would be found again.
    return waitFor(
      async () => {
        const next = await open()
        if ((await next.ask('identity')) !== identity) return next
        await next.page.close()
        throw new Error('The same one lives on.')
      },
      { what: 'another shared worker', timeout: 10_000 },
    )
  }
})

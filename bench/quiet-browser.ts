import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'

type Params = Readonly<Record<string, unknown>>

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly params?: Params
  readonly result?: never
  readonly error?: { readonly message: string }
}

/** ms that one answer of the browser may take, and that a page may take to come to where it is awaited. */
const PATIENCE = 5 * 60_000

/**
 * Chromium, spoken to by its DevTools protocol alone. Playwright has each page tell it of every WebSocket frame: at
 * thousands a second that is most of what would be measured.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export class QuietBrowser {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #listeners = new Map<string, (params: never) => void>()
  #sent = 0

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#socket = socket
    socket.on('message', (data) => {
      const answer: Answer = JSON.parse(String(data))
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
      else if (answer.method !== undefined) this.#listeners.get(answer.method)?.(answer.params as never)
    })
  }

  static async launch(): Promise<QuietBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
    const child = spawn(
      process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      [
        '--headless',
        '--no-sandbox',
        '--no-first-run',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        '--window-size=1440,900',
        'about:blank',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    for await (const line of createInterface(child.stderr)) {
      const [, url] = /^DevTools listening on (ws:.*)/.exec(line) ?? []
      if (url === undefined) continue
      const socket = new WebSocket(url, { perMessageDeflate: false })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      child.stderr.resume()
      return new QuietBrowser(child, profile, socket)
    }
    throw new Error('Chromium did not start.')
  }

  /** Calls a method of the protocol. */
  async call<Result>(method: string, params: Params = {}, sessionId?: string): Promise<Result> {
    const id = ++this.#sent
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = globalThis.setTimeout(() => reject(new Error(`No answer to ${method}`)), PATIENCE)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }))
    })
    this.#waiting.delete(id)
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result as Result
  }

  on(method: string, listener: (params: never) => void): void {
    this.#listeners.set(method, listener)
  }

  /** A page of its own. */
  async open(url: string): Promise<QuietPage> {
    const { targetId } = await this.call<{ targetId: string }>('Target.createTarget', { url })
    const target = { targetId, flatten: true }
    const { sessionId } = await this.call<{ sessionId: string }>('Target.attachToTarget', target)
    await this.call('Performance.enable', {}, sessionId)
    const metric = async (wanted: string): Promise<number> => {
      const { metrics } = await this.call<{ metrics: { name: string; value: number }[] }>(
        'Performance.getMetrics',
        {},
        sessionId,
      )
      return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
    }
    const evaluate = async <Value>(expression: string): Promise<Value> => {
      const options = { expression, awaitPromise: true, returnByValue: true }
      const answer = await this.call<Evaluated<Value>>('Runtime.evaluate', options, sessionId)
      if (answer.exceptionDetails) throw new Error(`${expression}: ${answer.exceptionDetails.text}`)
      return answer.result.value
    }
    return {
      evaluate,
      async until(expression) {
        const end = performance.now() + PATIENCE
        while (!(await evaluate<boolean>(expression))) {
          if (performance.now() > end) throw new Error(`It did not come true: ${expression}`)
          await setTimeout(50)
        }
      },
      mainThread: async () => 1_000 * (await metric('ThreadTime')),
      heap: () => metric('JSHeapUsedSize'),
      show: () => this.call('Page.bringToFront', {}, sessionId),
      collect: () => this.call('HeapProfiler.collectGarbage', {}, sessionId),
      close: async () => void (await this.call('Target.closeTarget', { targetId })),
    }
  }

  /** When frames were drawn meanwhile, in ms, by a trace. */
  async framesDuring(work: () => Promise<void>): Promise<number[]> {
    const drawn: number[] = []
    this.on('Tracing.dataCollected', ({ value }: { value: { name: string; ts: number }[] }) => {
      for (const { name, ts } of value) if (name === 'DrawFrame') drawn.push(ts / 1_000)
    })
    const complete = new Promise<void>((resolve) => this.on('Tracing.tracingComplete', () => resolve()))
    await this.call('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: {
        includedCategories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'],
      },
    })
    await work()
    await this.call('Tracing.end')
    await complete
    return drawn.sort((a, b) => a - b)
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.call('Browser.close').catch(() => this.#process.kill())
    await ended
    this.#socket.terminate()
    await rm(this.#profile, { recursive: true, force: true })
  }
}

interface Evaluated<Value> {
  readonly result: { readonly value: Value }
  readonly exceptionDetails?: { readonly text: string }
}

export interface QuietPage {
  evaluate<Value>(expression: string): Promise<Value>
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>
  /** What its main thread has used of the processor, in ms. */
  mainThread(): Promise<number>
  /** Bytes on its heap, with what only waits to be collected. */
  heap(): Promise<number>
  /** Puts it before all others: those that are hidden have less of the processor. */
  show(): Promise<void>
  /** Collects garbage now. */
  collect(): Promise<void>
  close(): Promise<void>
}

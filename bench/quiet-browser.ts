import { setTimeout } from 'node:timers/promises'
import { DevTools } from '../test/support/devtools.ts'

/** ms that a page may take to come to where it is awaited. */
const PATIENCE = 5 * 60_000

/** At thousands of frames a second, telling Playwright of each would be most of what is measured. */
export class QuietBrowser {
  readonly #devTools: DevTools

  private constructor(devTools: DevTools) {
    this.#devTools = devTools
  }

  static async launch(): Promise<QuietBrowser> {
    return new QuietBrowser(
      await DevTools.launch(['--no-first-run', '--window-size=1440,900', 'about:blank']),
    )
  }

  /** A page of its own. */
  async open(url: string): Promise<QuietPage> {
    const { targetId } = await this.#devTools.call<{ targetId: string }>('Target.createTarget', { url })
    const target = { targetId, flatten: true }
    const { sessionId } = await this.#devTools.call<{ sessionId: string }>('Target.attachToTarget', target)
    await this.#devTools.call('Performance.enable', {}, sessionId)
    const metric = async (wanted: string): Promise<number> => {
      const { metrics } = await this.#devTools.call<{ metrics: { name: string; value: number }[] }>(
        'Performance.getMetrics',
        {},
        sessionId,
      )
      return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
    }
    const evaluate = async <Value>(expression: string): Promise<Value> => {
      const options = { expression, awaitPromise: true, returnByValue: true }
      const answer = await this.#devTools.call<Evaluated<Value>>('Runtime.evaluate', options, sessionId)
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
      show: () => this.#devTools.call('Page.bringToFront', {}, sessionId),
      collect: () => this.#devTools.call('HeapProfiler.collectGarbage', {}, sessionId),
      close: async () => void (await this.#devTools.call('Target.closeTarget', { targetId })),
    }
  }

  /** When frames were drawn meanwhile, in ms, by a trace. */
  async framesDuring(work: () => Promise<void>): Promise<number[]> {
    const drawn: number[] = []
    this.#devTools.on('Tracing.dataCollected', ({ value }: { value: { name: string; ts: number }[] }) => {
      for (const { name, ts } of value) if (name === 'DrawFrame') drawn.push(ts / 1_000)
    })
    const complete = new Promise<void>((resolve) =>
      this.#devTools.on('Tracing.tracingComplete', () => resolve()),
    )
    await this.#devTools.call('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: {
        includedCategories: ['disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame'],
      },
    })
    await work()
    await this.#devTools.call('Tracing.end')
    await complete
    return drawn.sort((a, b) => a - b)
  }

  close(): Promise<void> {
    return this.#devTools.close()
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

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import { BARE_CHROMIUM } from './chromium.ts'
import { closed } from './ending.ts'

type Params = Readonly<Record<string, unknown>>

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly params?: Params
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** ms that one answer of the browser may take. */
const PATIENCE = 5 * 60_000

/**
 * Chromium as its users have it, spoken to by its DevTools protocol alone. Playwright's keeps every page in focus, timers
 * at full speed and the back/forward cache off, and is told of every WebSocket frame.
 *
 * @see https://chromedevtools.github.io/devtools-protocol/
 */
export class DevTools {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #wire: WebSocket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #listeners = new Map<string, (params: never) => void>()
  #lastId = 0

  private constructor(process: ChildProcess, profile: string, wire: WebSocket) {
    this.#process = process
    this.#profile = profile
    this.#wire = wire
    wire.on('message', (data) => {
      const answer: Answer = JSON.parse(String(data))
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer)
      else if (answer.method !== undefined) this.#listeners.get(answer.method)?.(answer.params as never)
    })
  }

  /** Starts a browser of its own, with a profile of its own. */
  static async launch(flags: readonly string[] = []): Promise<DevTools> {
    const profile = await mkdtemp(join(tmpdir(), 'holdfast-chromium-'))
    const args = ['--headless', ...BARE_CHROMIUM.flags, ...flags, `--user-data-dir=${profile}`]
    const child = spawn(BARE_CHROMIUM.path, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    for await (const line of createInterface(child.stderr)) {
      said.push(line)
      const [, url] = /^DevTools listening on (ws:.*)/.exec(line) ?? []
      if (url === undefined) continue
      const wire = new WebSocket(url, { perMessageDeflate: false })
      await once(wire, 'open')
      child.stderr.resume()
      return new DevTools(child, profile, wire)
    }
    throw new Error(`Chromium did not start: ${said.join('\n')}`)
  }

  /** Calls a method of the protocol. */
  async call<Result>(method: string, params: Params = {}, sessionId?: string): Promise<Result> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No answer to ${method}`)), PATIENCE)
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      this.#wire.send(JSON.stringify({ id, method, params, sessionId }))
    })
    this.#waiting.delete(id)
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    // Whoever asks knows the protocol.
    return answer.result as Result
  }

  /** One listener for each event of the protocol. */
  on(event: string, listener: (params: never) => void): void {
    this.#listeners.set(event, listener)
  }

  async close(): Promise<void> {
    const gone = closed(this.#process)
    await this.call('Browser.close').catch(() => this.#process.kill())
    await gone
    this.#wire.terminate()
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { closed } from '../support/ending.ts'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/**
 * Chromium as its users have it. Playwright's keeps every page in focus, timers at full speed and the
 * back/forward cache off: just what is to be tested here.
 */
export class Chromium {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #wire: WebSocket
  readonly #pending = new Map<number, (answer: Answer) => void>()
  #lastId = 0

  private constructor(process: ChildProcess, folder: string, wire: WebSocket) {
    this.#process = process
    this.#folder = folder
    this.#wire = wire
    wire.on('message', (data) => {
      const answer: Answer = JSON.parse(String(data))
      if (answer.id !== undefined) this.#pending.get(answer.id)?.(answer)
    })
  }

  static async launch(): Promise<Chromium> {
    const folder = await mkdtemp(join(tmpdir(), 'page-life-'))
    const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
    const child = spawn(path, [...FLAGS, `--user-data-dir=${folder}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const address = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const [, url] = /DevTools listening on (ws:\S+)/.exec(said) ?? []
        if (url) resolve(url)
      })
      child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)))
    })
    const wire = new WebSocket(address)
    await new Promise((resolve, reject) => wire.once('open', resolve).once('error', reject))
    return new Chromium(child, folder, wire)
  }

  /** A new tab, in front of all others. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const tab = new Tab(this, targetId, sessionId)
    // Before there is a socket: only one that was opened under its eyes can be cut off.
    await tab.offline(false)
    await tab.go(url)
    return tab
  }

  async send<Result>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = await new Promise<Answer>((resolve) => {
      this.#pending.set(id, resolve)
      this.#wire.send(JSON.stringify({ id, method, params, sessionId }))
    })
    this.#pending.delete(id)
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    // Whoever asks knows the protocol.
    return answer.result as Result
  }

  async close(): Promise<void> {
    const gone = closed(this.#process)
    await this.send('Browser.close')
    await gone
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class Tab {
  readonly #browser: Chromium
  readonly #targetId: string
  readonly #sessionId: string

  constructor(browser: Chromium, targetId: string, sessionId: string) {
    this.#browser = browser
    this.#targetId = targetId
    this.#sessionId = sessionId
  }

  /** What an expression comes to. */
  async ask<Value>(expression: string): Promise<Value> {
    const { result } = await this.#send<{ result: { value: Value } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
      userGesture: true,
    })
    return result.value
  }

  async go(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
  }

  async bringToFront(): Promise<void> {
    await this.#browser.send('Target.activateTarget', { targetId: this.#targetId })
  }

  /** As the browser freezes a hidden tab to save power. */
  async freeze(isFrozen: boolean): Promise<void> {
    await this.#send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' })
  }

  /** A black hole for sockets that exist, and no new ones. */
  async offline(isOffline: boolean): Promise<void> {
    await this.#send('Network.enable')
    const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await this.#send('Network.emulateNetworkConditions', { offline: isOffline, ...unlimited })
  }

  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.#targetId })
  }

  #send<Result>(method: string, params: object = {}): Promise<Result> {
    return this.#browser.send<Result>(method, params, this.#sessionId)
  }
}

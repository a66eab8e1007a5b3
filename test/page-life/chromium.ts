import { DevTools } from '../support/devtools.ts'

/** Tabs as their users have them: hidden ones are hidden, frozen ones frozen. */
export class Chromium {
  readonly #devTools: DevTools

  private constructor(devTools: DevTools) {
    this.#devTools = devTools
  }

  static async launch(): Promise<Chromium> {
    return new Chromium(await DevTools.launch(['--disable-gpu']))
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

  send<Result>(method: string, params = {}, sessionId?: string): Promise<Result> {
    return this.#devTools.call(method, params, sessionId)
  }

  close(): Promise<void> {
    return this.#devTools.close()
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

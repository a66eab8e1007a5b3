import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import type { BrowserProviderOption } from 'vitest/node'

/** What it would do of its own accord over the network. */
const QUIET = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

interface StockBrowser {
  readonly name: 'firefox' | 'webkit'
  /** How it is started, without a window, given a directory of its own. */
  command(directory: string): Promise<readonly [path: string, ...args: string[]]>
}

const firefox: StockBrowser = {
  name: 'firefox',
  async command(directory) {
    const lines = Object.entries(QUIET).map(([name, value]) => `user_pref("${name}", ${value});`)
    await writeFile(join(directory, 'user.js'), lines.join('\n'))
    const path = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr'
    return [path, '--headless', '--no-remote', '--profile', directory]
  },
}

/** WebKitGTK: the engine of Safari over another network library. It has no headless mode. */
const webKit: StockBrowser = {
  name: 'webkit',
  async command() {
    const path = process.env.WEBKIT_PATH ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'
    return ['xvfb-run', '--auto-servernum', path]
  },
}

/** Runs the tests of a page in a browser as it is installed: nothing drives it, it is only shown the page. */
class Provider {
  readonly name = 'stock'
  readonly supportsParallelism = false
  readonly #browser: StockBrowser
  #directory: string | undefined
  #process: { readonly pid: number; readonly exited: Promise<unknown> } | undefined

  constructor(browser: StockBrowser) {
    this.#browser = browser
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_session: string, url: string): Promise<void> {
    await this.close()
    this.#directory = await mkdtemp(join(tmpdir(), 'holdfast-browser-'))
    const [path, ...args] = await this.#browser.command(this.#directory)
    // A group of its own: xvfb-run leaves its children behind.
    const child = spawn(path, [...args, url], {
      stdio: 'ignore',
      detached: true,
      // As root, as tests in containers run.
      env: {
        ...process.env,
        // Where WebKitGTK keeps what pages store.
        XDG_CACHE_HOME: this.#directory,
        XDG_DATA_HOME: this.#directory,
        MOZ_DISABLE_CONTENT_SANDBOX: '1',
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
    })
    await once(child, 'spawn')
    if (child.pid !== undefined) this.#process = { pid: child.pid, exited: once(child, 'exit') }
  }

  async close(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running) {
      // It throws where all of the group are gone.
      try {
        process.kill(-running.pid)
      } catch {}
      await running.exited
    }
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Provider and instance, as the `browser` option of vitest takes them. */
function inStock(browser: StockBrowser) {
  const provider: BrowserProviderOption = {
    ...playwright(),
    name: 'stock',
    providerFactory: () => new Provider(browser),
  }
  return { provider, instances: [{ browser: browser.name }] }
}

export const inFirefox = inStock(firefox)

export const inWebKit = inStock(webKit)

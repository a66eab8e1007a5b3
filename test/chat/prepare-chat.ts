import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Chat, type ChatOptions, startChat } from '../../examples/chat/server/chat.ts'
import type { PageSource } from '../../examples/chat/server/page.ts'
import type { ClientMessage } from '../../examples/chat/shared/messages.ts'
import viteConfig from '../../examples/chat/vite.config.ts'
import { type BuiltPage, buildPage } from '../support/built-page.ts'
import { launchChromium } from '../support/chromium.ts'
import { ChatPage } from './chat-page.ts'

export interface World {
  readonly chat: Chat
  /** What has come to the server, in order. */
  readonly heard: readonly ClientMessage[]
  open(path: string, options?: BrowserContextOptions): Promise<ChatPage>
  /** The texts that the server has taken, in order. */
  taken(): string[]
  /** Restarts the server; it does not come back before `release()`. */
  hold(): { release(): Promise<void> }
}

/** One build for all files: they share their modules. */
let built: Promise<BuiltPage> | undefined

/** For each test a server of its own; for all of them one browser and one build. A logged error fails a test. */
export function prepareChat(options: Partial<ChatOptions> = {}): () => World {
  let browser: Browser
  let page: PageSource
  let world: World
  let folder: string
  let pages: ChatPage[]
  let start: () => void

  beforeAll(async () => {
    built ??= buildPage(viteConfig)
    const [{ serve }, launched] = await Promise.all([built, launchChromium()])
    page = { serve, close: async () => {} }
    browser = launched
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-chat-'))
    pages = []
    start = () => {}
    const journal = join(folder, 'chat.jsonl')
    const heard: ClientMessage[] = []
    let startUp = Promise.resolve()
    const onMessage = (message: ClientMessage): void => void heard.push(message)
    const chat = await startChat({ port: 0, journal, page, onMessage, startUp: () => startUp, ...options })
    world = {
      chat,
      heard,
      async open(path, contextOptions) {
        const opened = await ChatPage.open(browser, chat.url + path, contextOptions)
        pages.push(opened)
        return opened
      },
      taken: () => readFileSync(journal, 'utf8').split('\n').filter(Boolean).map(textOf),
      hold() {
        startUp = new Promise((resolve) => (start = resolve))
        const restarted = chat.restart()
        return {
          release() {
            start()
            return restarted
          },
        }
      },
    }
  })
  afterEach(async () => {
    const problems = pages.flatMap((opened) => opened.problems)
    await Promise.all(pages.map((opened) => opened.close()))
    start()
    await world.chat.close()
    rmSync(folder, { recursive: true })
    expect(problems).toEqual([])
  })
  return () => world
}

function textOf(line: string): string {
  return JSON.parse(line).text
}

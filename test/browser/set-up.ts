import { commands } from 'vitest/browser'
import { host } from './host.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    leaveUnwatched(): Promise<void>
  }
}

// Nobody watches the others.
if (host === 'chromium') await commands.leaveUnwatched()

import { commands } from 'vitest/browser'

declare module 'vitest/browser' {
  interface BrowserCommands {
    leaveUnwatched(): Promise<void>
  }
}

await commands.leaveUnwatched()

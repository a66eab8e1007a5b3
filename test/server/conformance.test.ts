import { ReconnectingWebSocket, type WebSocketOptions } from '@holdfast/core/websocket'
import { describe, onTestFinished } from 'vitest'
import type { Host, Line } from '../conformance/expectation.ts'
import { conform } from '../conformance/run.ts'
import { closeLine, commands, openLine } from '../support/line.ts'
import { nativeClasses } from './native-classes.ts'

type Command = (line: unknown, ...args: readonly unknown[]) => unknown

/** As the line of a browser test: here its orders are calls. */
async function startLine(): Promise<Line> {
  const line = await openLine()
  onTestFinished(() => closeLine(line))
  return {
    url: line.proxy.url,
    async order(command, ...args) {
      // The types of `order` have checked the arguments.
      await (commands[command] as Command)(line, ...args)
    },
    report: async () => commands.report(line),
    until: (least, timeout = 5_000) => commands.until(line, least, timeout),
  }
}

describe.each(nativeClasses)('over %s', (name, WebSocket) => {
  const bind = (options: WebSocketOptions) =>
    ReconnectingWebSocket.with({ ...options, environment: { WebSocket } })
  const on: readonly Host[] = name === 'undici' ? ['node', 'undici'] : ['node']
  const here = { on, startLine }

  conform('ReconnectingWebSocket, as the native class', {
    ...here,
    WebSocket: bind({ reconnect: false, queue: false }),
    comesBack: false,
  })

  conform('ReconnectingWebSocket', {
    ...here,
    WebSocket: bind({ reconnect: { backoff: () => 10 } }),
    comesBack: true,
  })
})

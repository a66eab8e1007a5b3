// What the live example does, apart from how it looks. Loaded when its component is in a page, never on a server.
import { type ConnectionState, connect, fullJitter, logger, type OutboxSnapshot, text } from '@holdfast/core'
import { inPageServer } from './in-page-server.ts'

const URL = 'wss://example.com/echo'

export interface ExampleView {
  state(state: ConnectionState): void
  outbox(outbox: OutboxSnapshot): void
  /** A message has come. */
  message(message: string): void
  /** A line of the log. */
  line(line: string): void
}

export interface Example {
  send(message: string): void
  /** Skips what is left of a delay, or begins anew after the end. */
  open(): void
  cut(): void
  /** The server closes with a code that may be on the wire. */
  close(code: number): void
  accept(isAccepting: boolean): void
  end(): void
}

export function startExample(view: ExampleView): Example {
  const server = inPageServer(URL, (message) => view.line(`server: got "${message}"`))
  const connection = connect(URL, {
    codec: text(),
    // Shorter than the default, for whoever watches it.
    reconnect: { backoff: fullJitter({ base: 3_000, cap: 8_000 }) },
    environment: { WebSocket: server.WebSocket },
  })
  const subscriptions = [
    connection.state$.subscribe(view.state),
    connection.outbox$.subscribe(view.outbox),
    connection.messages$.subscribe(view.message),
    // Without its time stamp: it happens before one's eyes.
    connection.events$.subscribe(logger((line) => view.line(line.replace(/^\S+Z /, '')))),
  ]
  return {
    send: (message) => connection.send(message),
    open: () => connection.open(),
    cut: server.cut,
    close: (code) => server.close(code, code === 1001 ? 'restart' : ''),
    accept: server.accept,
    end() {
      for (const subscription of subscriptions) subscription.unsubscribe()
      void connection.close(1000, '', { drainTimeout: 0 })
    },
  }
}

import { type ConnectionState, connect, type HeartbeatOptions, text } from '@holdfast/core'

const parameters = new URLSearchParams(location.search)
const heartbeat: Pick<HeartbeatOptions, 'interval' | 'timeout'> | null = JSON.parse(
  parameters.get('heartbeat') ?? 'null',
)

const connection = connect(parameters.get('server') ?? '', {
  codec: text(),
  environment: { random: () => 0.01 },
  heartbeat: heartbeat !== null && {
    ...heartbeat,
    message: () => 'ping',
    isReply: (incoming) => incoming === 'pong',
  },
})

const states: ConnectionState[] = []
const messages: string[] = []
const signals: string[] = []
connection.state$.subscribe((state) => states.push(state))
connection.messages$.subscribe((message) => messages.push(message))

/** Sent by the page when it hears of its fate, which the library has heard before. */
const farewell = (what: string): void => {
  signals.push(what)
  for (const number of [1, 2, 3]) connection.send(`${what} ${number}`)
}
const listening = connection.state$.subscribe(({ status }) => {
  if (status !== 'open') return
  document.addEventListener('freeze', () => farewell('freeze'))
  addEventListener('pagehide', ({ persisted }) => farewell(`pagehide ${persisted}`))
  queueMicrotask(() => listening.unsubscribe())
})
for (const name of ['online', 'offline'] as const) addEventListener(name, () => signals.push(name))
addEventListener('pageshow', ({ persisted }) => signals.push(`pageshow ${persisted}`))
document.addEventListener('visibilitychange', () => signals.push(document.visibilityState))

// For the tests, which ask the page by expressions.
Object.assign(window, { connection, states, messages, signals, ticks: 0 })

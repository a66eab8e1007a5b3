import { type FakeConnection, type FakeServer, fakeServer } from '../../packages/core/src/testing/index.ts'

/** A message that the examples send. */
interface Asked {
  id?: number
  params?: number[]
  subscribe?: string
  after?: number
}

/** The server at example.com: what it says depends on where one dials. */
export function exampleServer(): FakeServer {
  const server = fakeServer(/^/, { latency: 1 })
  server.on('connection', async (connection) => {
    // Later: whoever waits for the socket is told of it first.
    await Promise.resolve()
    greet(connection)
  })
  server.on('message', (data, connection) => {
    if (data instanceof Uint8Array) return connection.send(data)
    if (typeof data !== 'string') return
    switch (pathOf(connection)) {
      case '/echo':
        return connection.send(data)
      case '/topics':
        return publish(connection, JSON.parse(data) as Asked)
      case '/feed':
        say(connection, { type: 'news', title: 'A rises' })
        return say(connection, { type: 'trade', price: 1.5 })
      case '/chat':
        say(connection, { type: 'pong' })
        return say(connection, { type: 'welcome', user: 'ann' })
      case '/rpc': {
        const { id, params = [] } = JSON.parse(data) as Asked
        return say(connection, { id, result: params.reduce((sum, n) => sum + n, 0) })
      }
    }
  })
  return server
}

function greet(connection: FakeConnection): void {
  if (pathOf(connection) === '/numbers') for (let n = 1; n <= 5; n++) say(connection, n)
  if (pathOf(connection) !== '/prices') return
  for (let value = 1; value <= 1_000; value++) {
    for (const symbol of ['A', 'B']) say(connection, { symbol, value })
  }
}

function publish(connection: FakeConnection, { subscribe, after = 0 }: Asked): void {
  if (subscribe === undefined) return
  for (const n of [1, 2]) say(connection, { topic: subscribe, n: after + n })
}

function pathOf({ url }: FakeConnection): string {
  return new URL(url).pathname
}

function say(connection: FakeConnection, message: unknown): void {
  connection.send(JSON.stringify(message))
}

import { onTestFinished } from 'vitest'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { openRandomServer, type Plan, type RandomServer } from '../support/random-server.ts'
import { openRawServer, type RawServer } from '../support/raw-server.ts'
import { createServer, type TestServer } from '../support/server.ts'
import type { ServerOptions } from '../support/server-behaviour.ts'

export async function startServer(options?: ServerOptions): Promise<TestServer> {
  const server = await createServer(options)
  onTestFinished(() => server.close())
  return server
}

/** A server, and the line to it that can fail. */
export async function startLine(
  options?: ServerOptions,
): Promise<{ readonly server: TestServer; readonly proxy: FaultyProxy }> {
  const server = await startServer(options)
  const proxy = await createFaultyProxy(server)
  onTestFinished(() => proxy.close())
  return { server, proxy }
}

/** A server that knows nothing of HTTP, until the test ends. */
export async function startRawServer(serve: Parameters<typeof openRawServer>[0]): Promise<RawServer> {
  const server = await openRawServer(serve)
  onTestFinished(() => server.close())
  return server
}

/** A server that does whatever chance says, until the test ends. */
export async function startRandomServer(plan: Plan): Promise<RandomServer> {
  const server = await openRandomServer(plan)
  onTestFinished(() => server.close())
  return server
}

import { onTestFinished } from 'vitest'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { createServer, type ServerOptions, type TestServer } from '../support/server.ts'

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

import {
  type Codec,
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  connect,
  type HoldfastError,
  type RawIncoming,
  type RawOutgoing,
  raw,
  type UrlSource,
} from '@holdfast/core'
import { onTestFinished } from 'vitest'
import { createFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts'
import { createServer, type ServerOptions, type TestServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'

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

type StateOf<Status extends ConnectionState['status']> = Extract<ConnectionState, { status: Status }>

/** A connection, and what it told. */
export interface Client {
  readonly connection: Connection<RawIncoming, RawOutgoing>
  readonly states: readonly ConnectionState[]
  readonly messages: readonly RawIncoming[]
  readonly errors: readonly HoldfastError[]
  /** Resolves with the state that was the `count`th of this kind, once it has come. */
  seen<Status extends ConnectionState['status']>(status: Status, count?: number): Promise<StateOf<Status>>
}

export type ClientOptions = ConnectionOptions & { readonly codec?: Codec<RawIncoming, RawOutgoing> }

/** Connects for one test. The draws are small, so that delays are short: 1 % of their range. */
export function connectTo(url: UrlSource, options: ClientOptions): Client {
  const environment = { random: () => 0.01, ...options.environment }
  const connection = connect(url, { codec: raw(), ...options, environment })
  const states: ConnectionState[] = []
  const messages: RawIncoming[] = []
  const errors: HoldfastError[] = []
  connection.state$.subscribe((state) => states.push(state))
  connection.errors$.subscribe((error) => errors.push(error))
  connection.messages$.subscribe((message) => messages.push(message))
  // Not awaited: a peer that hangs is ended by the server's clean-up, which comes next.
  onTestFinished(() => void connection.close(1000, '', { drainTimeout: 0 }))
  return {
    connection,
    states,
    messages,
    errors,
    seen<Status extends ConnectionState['status']>(status: Status, count = 1) {
      const find = () =>
        states.filter((state): state is StateOf<Status> => state.status === status)[count - 1]
      const what = `state ${count} of '${status}'`
      // It only ends with a truthy value.
      return waitFor(find, { what }) as Promise<StateOf<Status>>
    },
  }
}

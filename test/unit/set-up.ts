import type { ShellOptions } from '../../packages/core/src/engine.ts'
import type { Environment } from '../../packages/core/src/environment.ts'
import type { HoldfastError } from '../../packages/core/src/errors.ts'
import {
  type ConnectionEvent,
  type ConnectionState,
  connect,
  constant,
} from '../../packages/core/src/index.ts'
import {
  type FakeConnection,
  type FakeServer,
  fakeServer,
  type VirtualClock,
  virtualClock,
} from '../../packages/core/src/testing/index.ts'
import type { UrlSource } from '../../packages/core/src/url.ts'

export type Options = Omit<ShellOptions, 'codec' | 'schema'> & {
  readonly codec?: ShellOptions['codec']
  readonly schema?: ShellOptions['schema']
  readonly url?: UrlSource
  /** Whether errors$ and events$ have a subscriber; so they do, unless this is false. */
  readonly listens?: boolean
}

export interface World {
  readonly clock: VirtualClock
  readonly server: FakeServer
  readonly connection: ReturnType<typeof connect<unknown, unknown>>
  readonly states: ConnectionState[]
  readonly statuses: () => string[]
  readonly events: ConnectionEvent[]
  readonly errors: HoldfastError[]
  /** What came by `environment.reportError`. */
  readonly reported: unknown[]
  /** Events of one type. */
  readonly eventsOf: <Type extends ConnectionEvent['type']>(
    type: Type,
  ) => Extract<ConnectionEvent, { type: Type }>[]
  /** Lets the handshake, or the closing handshake, take place. */
  readonly handshake: () => Promise<void>
}

/** An environment under a clock that stands, to a scripted server; it draws 0.5. */
export function standing(
  { clock, server, reported }: Pick<World, 'clock' | 'server' | 'reported'>,
  more: Partial<Environment> | undefined,
): Partial<Environment> {
  return {
    ...clock.environment,
    WebSocket: server.WebSocket,
    random: () => 0.5,
    reportError: (error) => reported.push(error),
    ...more,
  }
}

/** A connection to a scripted server, under a clock that stands: comes back after 1 s, draws 0.5. */
export function setUp({ url = 'ws://fake.test/room', listens = true, ...options }: Options = {}): World {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const reported: unknown[] = []
  // Typed by hand: the overloads are for callers who know which of their branches they take.
  const open = connect as unknown as (url: UrlSource, options: object) => World['connection']
  const connection = open(url, {
    ...options,
    reconnect: options.reconnect === false ? false : { backoff: constant(1_000), ...options.reconnect },
    environment: standing({ clock, server, reported }, options.environment),
  })
  const states: ConnectionState[] = []
  const events: ConnectionEvent[] = []
  const errors: HoldfastError[] = []
  connection.state$.subscribe((state) => states.push(state))
  if (listens) {
    connection.events$.subscribe((event) => events.push(event))
    connection.errors$.subscribe((error) => errors.push(error))
  }
  return {
    clock,
    server,
    connection,
    states,
    statuses: () => states.map(({ status }) => status),
    events,
    errors,
    reported,
    eventsOf: (type) =>
      events.filter((event): event is Extract<typeof event, { type: typeof type }> => event.type === type),
    handshake: () => clock.advance(1),
  }
}

/** Tells a client something when it has called `close()` already: `ws` does, browsers do not. */
export function tellLate({ socket }: FakeConnection, data: string): void {
  socket.dispatchEvent(new MessageEvent('message', { data }))
}

/** Answers within the call of `send()`: no network can, but a socket within the process may. */
export function answerAtOnce(server: FakeServer, answer: (message: unknown) => string): void {
  server.on('message', (message, connection) => tellLate(connection, answer(message)))
}

/** A connection that is open. */
export async function setUpOpen(options?: Options): Promise<World> {
  const world = setUp(options)
  await world.handshake()
  return world
}

import { checkObject } from '../checks.ts'
import type { Environment, WebSocketConstructor } from '../environment.ts'
import { HoldfastError, misconfigured } from '../errors.ts'
import { classUnder, clockOf } from './dial-clocks.ts'
import { type FakeNetwork, type FakePage, type FakeSignals, fakeSignals } from './fake-signals.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'

/** What {@link fakeEnvironment} is made of. */
export interface FakeEnvironmentOptions {
  /** Where connections lead to. @defaultValue the global `WebSocket`, which a server may be installed as */
  readonly server?: { readonly environment: { readonly WebSocket: WebSocketConstructor } } | undefined
  /** What the `latency` of the server goes by as well. @defaultValue that of the server, or one of its own */
  readonly clock?: VirtualClock | undefined
  /**
   * What is drawn, in [0, 1): always the same, or by a function such as {@link seededRandom}. Full jitter makes
   * delays of it: with 0.5 they are half of what they may be. @defaultValue 0.5
   */
  readonly random?: number | (() => number) | undefined
}

/** A host under a test's control: made by {@link fakeEnvironment}. */
export interface FakeEnvironment {
  /** Give this to `connect()` or to a hook. */
  readonly environment: FakeSignals['environment'] &
    VirtualClock['environment'] &
    Pick<Environment, 'random'> & { readonly WebSocket?: WebSocketConstructor }
  readonly clock: VirtualClock
  readonly network: FakeNetwork
  readonly page: FakePage
}

/**
 * All that a connection needs of its host, under a test's control: nothing happens by itself, and the same test
 * does the same each time.
 *
 * @throws HoldfastError `CONFIGURATION`
 * @example
 * ```ts
 * const server = fakeServer('wss://example.com/chat')
 * const { environment, clock, network } = fakeEnvironment({ server })
 * const connection = connect('wss://example.com/chat', { environment })
 * await server.connected
 * server.drop()
 * await clock.advance(30_000)
 * ```
 */
export function fakeEnvironment(options: FakeEnvironmentOptions = {}): FakeEnvironment {
  checkObject('options', options)
  const { server, random = 0.5 } = options
  if (server !== undefined && typeof server?.environment?.WebSocket !== 'function') {
    throw misconfigured('server', 'a fakeServer()', server)
  }
  const clock = clockFor(options)
  const signals = fakeSignals()
  return {
    environment: {
      ...signals.environment,
      ...clock.environment,
      ...(server && { WebSocket: classUnder(server.environment.WebSocket, clock) }),
      random: drawing(random),
    },
    clock,
    network: signals.network,
    page: signals.page,
  }
}

/**
 * Numbers in [0, 1) that look random, and are the same for the same seed.
 *
 * @param seed - A whole number.
 * @throws HoldfastError `CONFIGURATION`
 */
export function seededRandom(seed: number): () => number {
  if (!Number.isInteger(seed)) throw misconfigured('seededRandom(seed)', 'a whole number', seed)
  let state = seed | 0
  return () => {
    // A Weyl sequence, each number of it mixed: enough for delays, and for nothing that must be a secret.
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

function clockFor({ server, clock: given }: FakeEnvironmentOptions): VirtualClock {
  const ofServer = clockOf(server?.environment.WebSocket)
  const clock = given === undefined ? (ofServer ?? virtualClock()) : given
  if (typeof clock?.environment?.setTimeout !== 'function') {
    throw misconfigured('clock', 'a virtualClock()', clock)
  }
  // Its handshakes would wait for a clock that nobody lets go on.
  if (ofServer && clock !== ofServer) {
    throw new HoldfastError(
      'CONFIGURATION',
      'clock must be that of the server, or left out; got another one.',
    )
  }
  return clock
}

function drawing(random: unknown): () => number {
  if (typeof random === 'function') return random as () => number
  if (typeof random !== 'number' || !(random >= 0 && random < 1)) {
    throw misconfigured('random', 'a number in [0, 1), or a function', random)
  }
  return () => random
}

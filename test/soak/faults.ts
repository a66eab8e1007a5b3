import { setTimeout as delay } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { integer, pick, type Random } from '../support/random.ts'
import { closeFromServer } from '../support/server-socket.ts'
import type { Journal } from './journal.ts'
import type { SoakLine } from './line.ts'

/** Does something to a line; what it begins, it ends once `lasts` has resolved. */
type Fault = (line: SoakLine, random: Random, lasts: () => Promise<unknown>) => unknown

/** Every code with a rule of its own, its neighbours, and one that is not on the wire: none. */
const CODES = [
  1000,
  1001,
  1002,
  1003,
  1007,
  1008,
  1009,
  1010,
  1011,
  1012,
  1013,
  1014,
  3000,
  3003,
  3008,
  3999,
  4000,
  4400,
  4401,
  4403,
  4406,
  4408,
  4429,
  4999,
  undefined,
]

const FAULTS: Readonly<Record<string, Fault>> = {
  reset: ({ proxy }) => proxy.reset(),
  cut: ({ proxy }) => proxy.cut(),
  // The server's half only: what it gets afterwards, it reads.
  'half-close': ({ server }, random) => {
    for (const socket of some(server.connections, random)) tcpOf(socket)?.end()
  },
  'black hole': ({ proxy }, random, lasts) => {
    proxy.blackHole(true, pick(random, ['up', 'down', 'both']))
    return lasts().then(() => {
      proxy.reset()
      proxy.blackHole(false)
    })
  },
  stall: ({ proxy }, _, lasts) => {
    proxy.stall()
    return lasts().then(() => proxy.stall(false))
  },
  delay: ({ proxy }, random, lasts) => {
    proxy.delay(integer(random, 5, 60))
    return lasts().then(() => proxy.delay(0))
  },
  bandwidth: ({ proxy }, random, lasts) => {
    proxy.throttle(integer(random, 2_000, 200_000))
    return lasts().then(() => proxy.throttle(undefined))
  },
  refuse: async ({ proxy }, random, lasts) => {
    await proxy.refuse()
    if (random() < 0.7) proxy.reset()
    await lasts()
    await proxy.refuse(false)
  },
  close: ({ server }, random) => {
    const code = random() < 0.8 ? pick(random, CODES) : integer(random, 3_000, 4_999)
    for (const socket of some(server.connections, random)) {
      closeFromServer(socket, code, code === undefined ? undefined : 'soak')
    }
  },
  terminate: ({ server }, random) => {
    for (const socket of some(server.connections, random)) socket.terminate()
  },
  restart: ({ server }, random) => server.restart(pick(random, [1001, 1012])),
  'refuse handshakes': ({ server, proxy }, random, lasts) => {
    server.refuseWith(pick(random, [301, 400, 401, 403, 429, 503]))
    proxy.reset()
    return lasts().then(() => server.refuseWith())
  },
  'hang handshakes': ({ server, proxy }, _, lasts) => {
    server.hangHandshake()
    proxy.reset()
    return lasts().then(() => server.hangHandshake(false))
  },
  'bad sign-in': ({ manners, proxy }, random, lasts) => {
    manners.signIn = pick(random, ['drop', 'refuse', 'silent'])
    if (random() < 0.7) proxy.reset()
    return lasts().then(() => {
      // What was never answered stays so.
      if (manners.signIn === 'silent') proxy.reset()
      manners.signIn = 'well'
    })
  },
  silence: ({ manners, server }, _, lasts) => {
    manners.isSilent = true
    return lasts().then(() => {
      // Acknowledgements are missing that never come: until somebody notices, it is no server to stay with.
      server.terminateAll()
      manners.isSilent = false
    })
  },
  'slow reader': ({ server }, _, lasts) => {
    server.pauseReading()
    return lasts().then(() => server.pauseReading(false))
  },
  'no close frame': ({ server }, _, lasts) => {
    server.silentClose = true
    return lasts().then(() => {
      server.silentClose = false
    })
  },
  noise: ({ server }, random) => {
    const noise = pick(random, ['{"kind":', '"text"', '{}', '[]', Buffer.from([0xff, 0]), 'x'.repeat(70_000)])
    for (const socket of some(server.connections, random)) socket.send(noise)
  },
  ping: ({ server }) => {
    for (const socket of server.connections) socket.ping('soak')
  },
}

export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS)

/** Harms a line until the signal says that it is enough; nothing of it is left when it resolves. */
export async function harm(
  line: SoakLine,
  random: Random,
  journal: Journal,
  enough: AbortSignal,
): Promise<void> {
  const lasting = (ms: number) => delay(ms, undefined, { signal: enough }).catch(() => {})
  while (!enough.aborted) {
    // All draws come before the waiting, so that the schedule depends on the seed alone.
    const pause = integer(random, 100, 1_500)
    const name = pick(random, FAULT_NAMES)
    const length = integer(random, 5, random() < 0.2 ? 1_500 : 300)
    await lasting(pause)
    if (enough.aborted) return
    journal.note(line.name, `${name} (${length} ms)`)
    journal.count(`fault: ${name}`)
    await FAULTS[name]?.(line, random, () => lasting(length))
  }
}

function some(sockets: readonly WebSocket[], random: Random): readonly WebSocket[] {
  const share = random()
  return sockets.filter((_, index) => (index + 1) / sockets.length <= share || index === 0)
}

/** The TCP socket of a WebSocket of ws: not public, and there is no other way to end one half alone. */
function tcpOf(socket: WebSocket): { end(): void } | undefined {
  return Reflect.get(socket, '_socket')
}

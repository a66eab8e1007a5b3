import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '../../test/support/random.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import type { Recovery, Stage } from './stage.ts'

/** What is done to a crowd, and the times until it was back. */
export interface Fault {
  readonly title: string
  /** How often it is done. */
  readonly rounds: number
  /** Most ms that are waited for. */
  readonly limit: number
  run(stage: Stage, limit: number): Promise<Recovery[]>
}

/** ms after which a connection counts as stable for all that ask for that, and a little more. */
const STABLE = 6_000
/** ms of an outage, or of sleep. */
const AWAY = 20_000
/** The default interval of a heartbeat: the last message came at any time of it. */
const QUIET = 25_000

/** Their connections never hear from the server again; new ones do. */
async function makeDeaf({ proxy, server }: Stage): Promise<void> {
  const { down } = proxy.swallowed
  const live = server.connections.length
  proxy.blackHole(true, 'down')
  server.sendAll('lost')
  // A frame of two bytes and the text, for each.
  await waitFor(() => proxy.swallowed.down - down >= live * 6)
  proxy.blackHole(false, 'down')
}

/** Over at once, and done to connections that are stable. */
function short(harm: (stage: Stage) => unknown): Omit<Fault, 'title'> {
  return {
    rounds: 3,
    limit: 20_000,
    async run(stage, limit) {
      await sleep(STABLE)
      return stage.recoveries(limit, () => harm(stage))
    },
  }
}

export const faults: Readonly<Record<string, Fault>> = {
  reset: {
    title: 'TCP reset (1006)',
    ...short(({ proxy }) => proxy.reset()),
  },
  leaving: {
    title: 'Closed by the server with 1001',
    ...short(({ server }) => server.closeAll(1001)),
  },
  hole: {
    title: `Black hole; the last message came up to ${QUIET / 1_000} s before`,
    rounds: 1,
    limit: 45_000,
    async run(stage, limit) {
      const random = seeded(7)
      await Promise.all(
        stage.server.connections.map(async (socket) => {
          await sleep(random() * QUIET)
          socket.send('a sign of life')
        }),
      )
      return stage.recoveries(limit, () => makeDeaf(stage))
    },
  },
  online: {
    title: `No network for ${AWAY / 1_000} s: from when it is back, and told`,
    rounds: 1,
    limit: 45_000,
    async run({ proxy, crowd, recoveries }, limit) {
      await sleep(STABLE)
      crowd.process.send('offline')
      await proxy.refuse()
      proxy.reset()
      await sleep(AWAY)
      return recoveries(limit, async () => {
        await proxy.refuse(false)
        crowd.process.send('online')
      })
    },
  },
  sleep: {
    title: `Asleep for ${AWAY / 1_000} s, and the connection lost in silence: from when it wakes`,
    rounds: 1,
    limit: 45_000,
    async run(stage, limit) {
      await sleep(STABLE)
      const { process } = stage.crowd
      process.kill('SIGSTOP')
      await makeDeaf(stage)
      await sleep(AWAY)
      return stage.recoveries(limit, () => process.kill('SIGCONT'))
    },
  },
}

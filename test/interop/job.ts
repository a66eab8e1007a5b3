import { describe, expect, it } from 'vitest'
import { nativeClasses } from '../server/native-classes.ts'
import { waitFor } from '../support/wait-for.ts'
import { type Stage, setStage } from './stage.ts'

/** What a client is to do: say numbers to a server, and hear numbers from it. */
export interface Job {
  /** What every handshake must offer. */
  readonly protocols: readonly string[]
  /** Whether what is said while the line is down is said later. */
  readonly saysLater: boolean
  readonly serve: (stage: Stage) => Server | Promise<Server>
  readonly begin: (stage: Stage) => Client
}

export interface Server {
  /** What clients have said, as it came. */
  readonly heard: readonly number[]
  /** Subscriptions that are live. */
  readonly subscriptions: () => number
  readonly say: (number: number) => void
}

export interface Client {
  readonly heard: readonly number[]
  /** Resolves where the client learns that it has arrived. */
  readonly say: (number: number) => unknown
  readonly end: () => unknown
}

const EACH = 10
const ROUNDS = [0, 1, 2]

/** Holds a client that retries by itself to its job, with a single-connection socket of ours beneath. */
export function doesItsJob(client: string, job: Job): void {
  describe.each(nativeClasses)(`${client} over %s`, (_name, Native) => {
    it('hears and says everything once through two cuts, on one connection at a time', async () => {
      const stage = await setStage(Native)
      const server = await job.serve(stage)
      const client = job.begin(stage)
      const said: number[] = []
      for (const round of ROUNDS) {
        if (round > 0) await cut(stage, round, () => (job.saysLater ? [say(client, said)] : []))
        await waitFor(() => server.subscriptions() === 1)
        const done = Array.from({ length: EACH }, () => say(client, said))
        for (let i = 0; i < EACH; i++) server.say(round * EACH + i)
        await waitFor(() => {
          expect(server.heard).toEqual(said)
          expect(client.heard).toHaveLength((round + 1) * EACH)
          return true
        })
        await Promise.all(done)
        expect(stage.wss.clients.size).toBe(1)
      }
      await client.end()
      await waitFor(() => stage.wss.clients.size === 0 && stage.leftovers === 0)
      expect(server.heard).toEqual(said)
      expect(client.heard).toEqual(Array.from({ length: ROUNDS.length * EACH }, (_, i) => i))
      expect(stage.offered).toEqual(ROUNDS.map(() => job.protocols))
      expect(stage.peak).toBe(1)
      expect(server.subscriptions()).toBe(0)
    })
  })
}

function say(client: Client, said: number[]): unknown {
  const number = said.length
  said.push(number)
  return client.say(number)
}

/** Down for as long as it takes the client to dial in vain, twice. */
async function cut(stage: Stage, round: number, meanwhile: () => unknown): Promise<void> {
  const { proxy, wss } = stage
  await proxy.refuse()
  if (round % 2 === 1) proxy.reset()
  else proxy.cut()
  await waitFor(() => wss.clients.size === 0)
  const dials = stage.dials
  meanwhile()
  await waitFor(() => stage.dials >= dials + 2)
  await proxy.refuse(false)
}

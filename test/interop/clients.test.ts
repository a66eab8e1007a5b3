import { describe, expect, it, onTestFinished } from 'vitest'
import { nativeClasses } from '../server/native-classes.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Client } from './job.ts'
import { jobs } from './jobs/index.ts'
import { createStage, type Stage } from './stage.ts'

const EACH = 10
const ROUNDS = [0, 1, 2]

// Each client retries by itself, with a single-connection socket of ours beneath.
describe.each(nativeClasses)('over the class of %s', (_name, Native) => {
  it.each(Object.entries(jobs))(
    '%s hears and says everything once through two cuts',
    async (_client, job) => {
      const stage = await createStage(Native)
      onTestFinished(() => stage.close())
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
    },
  )
})

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

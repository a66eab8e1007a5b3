import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setUp } from '../../../test/unit/set-up.ts'
import { json } from './codec.ts'
import type { FakeConnection } from './testing/index.ts'

const CHANNELS = 3

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('join' as const), channel: fc.nat(CHANNELS - 1) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('leave' as const), channel: fc.nat(CHANNELS - 1) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('drop', 'send', 'ask', 'reconnect') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 1_000) }) },
)

describe('whatever happens to channels and requests', () => {
  it('the server knows who is subscribed, no channel is asked for twice, and nothing hangs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60, size: 'max' }), async (operations) => {
        const { connection, server, clock, errors } = setUp({ codec: json() })
        const channels = Array.from({ length: CHANNELS }, (_, n) =>
          connection.channel({
            subscribe: () => `on ${n}`,
            unsubscribe: () => `off ${n}`,
            filter: () => false,
          }),
        )
        const joined = channels.map(() => [] as { unsubscribe(): void }[])
        let pending = 0
        let asked = 0
        for (const step of operations) {
          if (step.type === 'join') {
            joined[step.channel]?.push(channels[step.channel]?.subscribe() ?? { unsubscribe() {} })
          } else if (step.type === 'leave') joined[step.channel]?.pop()?.unsubscribe()
          else if (step.type === 'wait') await clock.advance(step.ms)
          else if (step.type === 'drop') server.drop(1006)
          else if (step.type === 'reconnect') connection.reconnect()
          else if (step.type === 'send') connection.send('queued')
          else {
            pending += 1
            asked += 1
            const over = () => {
              pending -= 1
            }
            connection
              .request(`ask ${asked}`, { match: () => false, retry: asked % 2 === 0, timeout: 5_000 })
              .then(over, over)
          }
        }
        await clock.advance(2_001)
        expect(connection.state.status).toBe('open')
        const ofChannel = ({ messages }: FakeConnection, n: number) =>
          messages
            .map((data) => JSON.parse(String(data)))
            .filter((data) => data === `on ${n}` || data === `off ${n}`)
        for (const [n, { length }] of joined.entries()) {
          const last = ofChannel(server.connection, n).at(-1) ?? `off ${n}`
          expect(last).toBe(length > 0 ? `on ${n}` : `off ${n}`)
        }
        for (const carried of server.connections) {
          for (let n = 0; n < CHANNELS; n++) {
            // One on, one off, in turns: never twice the same.
            const own = ofChannel(carried, n)
            expect(own).toEqual(own.map((_, index) => (index % 2 === 0 ? `on ${n}` : `off ${n}`)))
          }
        }
        const { accepted, recovered, written, dropped, queued } = connection.outbox
        // A request that is sent again comes back to the queue.
        expect(accepted + recovered).toBe(written + dropped + queued)
        await clock.advance(5_000)
        expect(pending).toBe(0)
        void connection.close()
        await clock.advance(5_000)
        expect(clock.pending).toBe(0)
        expect(errors).toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

import type { ConnectionEvent } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { integer, seeded } from '../support/random.ts'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { startServer } from './set-up.ts'

/** Set to replay a failure. */
const SEED = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31))

describe.each(nativeClasses)('planned moves, with the class of %s', (_, WebSocket) => {
  it(`loses, repeats and reorders nothing of a busy sender (seed ${SEED})`, async () => {
    const random = seeded(SEED)
    const server = await startServer()
    const { connection, seen } = connectTo(server.url, { environment: { WebSocket } })
    const events: ConnectionEvent[] = []
    connection.events$.subscribe((event) => events.push(event))
    await seen('open')
    const moves = 25
    const done = () => events.filter((event) => event.type === 'handover' && event.step === 'done').length
    let sent = 0
    const send = (count: number) => {
      for (let i = 0; i < count; i++, sent++) connection.send(`${sent} ${'.'.repeat(sent % 512)}`)
    }
    for (let move = 1; move <= moves; move++) {
      send(integer(random, 0, 200))
      connection.reconnect(`move ${move}`, { handover: true })
      send(integer(random, 0, 200))
      await waitFor(() => done() === move)
      // These wait for the old one to close.
      send(integer(random, 1, 200))
      await waitFor(() => connection.outbox.queued === 0)
    }
    await server.waitFor(({ received }) => received.length === sent)
    expect(received(server)).toEqual(Array.from({ length: sent }, (_, n) => n))
    expect(connection.outbox).toMatchObject({ written: sent, recovered: 0, unconfirmed: 0, dropped: 0 })
    expect(events.filter(({ type }) => type === 'lost')).toEqual([])
  })
})

function received({ received }: Awaited<ReturnType<typeof startServer>>): number[] {
  return received.map(({ data }) => Number.parseInt(String(data), 10))
}

import { type ConnectionEvent, constant } from '@holdfast/core'
import { expect, it } from 'vitest'
import { connectTo } from '../server/client.ts'
import { integer, pick, seeded } from '../support/random.ts'
import { quirks } from './host.ts'
import { startLine } from './line.ts'

const KIB = 1024

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]

/** Numbered messages of all kinds and sizes, 8 MiB of them: more than the buffers below the browser take. */
function randomMessages(seed: number): (string | Uint8Array<ArrayBuffer> | Blob)[] {
  const random = seeded(seed)
  const messages: (string | Uint8Array<ArrayBuffer> | Blob)[] = []
  const longest = pick(random, [2 * KIB, 16 * KIB, 100 * KIB])
  for (let bytes = 0; bytes < 8 * KIB * KIB; ) {
    const text = `${messages.length};`.padEnd(integer(random, 10, longest), pick(random, ['.', 'ü', '👋']))
    const data = new TextEncoder().encode(text)
    bytes += data.byteLength
    messages.push(pick(random, [text, text, data, new Blob([data])]))
  }
  return messages
}

it.each(SEEDS)(
  'sends what a reset left in the buffer over the next connection, once, and tells of the rest (seed %i)',
  async (seed) => {
    const random = seeded(seed)
    const line = await startLine()
    const { connection, seen } = connectTo(line.url, {
      reconnect: { backoff: constant(20) },
      queue: {
        maxBytes: 64 * KIB * KIB,
        maxMessages: 1e6,
        keepWritten: Infinity,
        highWaterMark: pick(random, [256 * KIB, 4 * KIB * KIB, 64 * KIB * KIB]),
      },
    })
    const events: ConnectionEvent[] = []
    connection.events$.subscribe((event) => events.push(event))
    await seen('open')
    await line.order('stall', true)
    const messages = randomMessages(seed)
    for (const message of messages) connection.send(message)
    // Somewhere between the first byte and the last that the buffers below take.
    for (let wait = integer(random, 0, 20); wait > 0; wait--) await new Promise((done) => setTimeout(done, 5))
    const how = pick(random, ['reset', 'cut'] as const)
    await line.order(how)
    await seen('waiting')
    const { recovered, written, unconfirmed, queued } = connection.outbox
    expect(recovered + unconfirmed).toBe(written)
    await line.order('stall', false)
    await seen('open', 2)
    const { received } = await line.until({ received: queued }, 20_000)
    const isHere = (id: number) => received.some(({ head }) => Number.parseInt(head, 10) === id)
    const lost = messages.map((_, id) => id).filter((id) => !isHere(id))

    const ids = received.map(({ head }) => Number.parseInt(head, 10))
    expect(new Set(ids).size, 'none comes twice').toBe(ids.length)
    const second = received.filter(({ connection }) => connection === 1)
    expect(second.map(({ head }) => Number.parseInt(head, 10))).toEqual(
      Array.from({ length: queued }, (_, i) => messages.length - queued + i),
    )
    expect(lost.length).toBeLessThanOrEqual(unconfirmed)
    expect(Math.max(-1, ...lost), 'whatever is lost was told of').toBeLessThan(unconfirmed)
    if (!quirks.buffersBelow) expect(recovered, 'recovered from the native buffer').toBeGreaterThan(0)
    const told = events.flatMap((event) => (event.type === 'unconfirmed' ? event.messages : []))
    expect(told).toHaveLength(unconfirmed)
  },
  60_000,
)

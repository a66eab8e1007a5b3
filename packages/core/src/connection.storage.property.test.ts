import { describe, expect, it } from 'vitest'
import { integer, pick, type Random, seeded } from '../../../test/support/random.ts'
import { type Options, setUp, type World } from '../../../test/unit/set-up.ts'
import { storageOf } from '../../../test/unit/storage-of.ts'
import { constant } from './index.ts'
import type { OutboxStorage } from './storage/outbox-storage.ts'
import { MemoryStore, memoryOutbox } from './testing/index.ts'

describe('life after life', () => {
  it.each([false, true])(
    'killed at random, nothing that was stored is lost: delivery %s',
    async (delivers) => {
      for (let seed = 1; seed <= 150; seed++) {
        await crashes(seed, delivers).catch((cause: unknown) => {
          throw new Error(`Seed ${seed}`, { cause })
        })
      }
    },
  )
})

/** A storage that takes its time, and tells of what it has answered for. */
function answering(storage: OutboxStorage, random: Random, world: () => World, durable: Set<number>) {
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer
    const { setTimeout } = world().clock.environment
    await new Promise<void>((resolve) => setTimeout(resolve, integer(random, 0, 20)))
    return value
  }
  const slow = storageOf({
    open: (adopt) => late(storage.open(adopt)),
    async write(changes) {
      await late(storage.write(changes))
      for (const { data } of changes.put) durable.add(Number(data))
    },
    close: () => late(storage.close()),
  })
  return slow
}

/** Eight lives over one store, the last of them with a good line. Returns how many messages were stored. */
async function crashes(seed: number, delivers: boolean): Promise<number> {
  const random = seeded(seed)
  const store = new MemoryStore()
  const durable = new Set<number>()
  const arrived = new Set<number>()
  let count = 0
  const id = (message: unknown) => String(message)
  const options: Options = delivers ? { delivery: { id, acknowledged: id } } : {}

  for (let life = 1; life <= 8; life++) {
    const isLast = life === 8
    const storage = memoryOutbox(store)
    const world: World = setUp({
      queue: { storage: answering(storage, random, () => world, durable), maxMessages: Infinity },
      reconnect: { backoff: constant(5) },
      ...options,
    })
    const { connection, server, clock } = world
    const acknowledge = () => {
      for (const message of server.messages) if (delivers) server.send(String(message))
    }
    for (let step = integer(random, 5, 40); step > 0; step--) {
      const act = pick(random, [
        'send',
        'send',
        'send',
        'wait',
        'stall',
        'flow',
        'drop',
        'hang',
        'accept',
        'ack',
      ])
      if (act === 'send') for (let i = integer(random, 1, 5); i > 0; i--) connection.send(`${count++}`)
      if (act === 'wait') await clock.advance(integer(random, 0, 30))
      if (act === 'stall') server.stall()
      if (act === 'flow') server.drain()
      if (act === 'flow') server.drain(Infinity)
      if (act === 'drop') server.drop()
      if (act === 'hang') server.hang()
      if (act === 'accept') server.accept()
      if (act === 'ack') acknowledge()
    }
    if (isLast) {
      server.drain()
      server.accept()
      server.drain(Infinity)
      for (let i = 0; i < 20; i++) {
        await clock.advance(50)
        acknowledge()
      }
      expect(connection.outbox).toMatchObject({ queued: 0, inFlight: 0 })
    }
    const numbers = server.messages.map(Number)
    // Sent again after a loss, with delivery: the first time counts.
    const first = [...new Set(numbers)]
    expect(first).toEqual([...first].sort((a, b) => a - b))
    if (!delivers) expect(numbers).toEqual(first)
    for (const number of numbers) arrived.add(number)
    storage.kill()
  }
  expect([...durable].filter((number) => !arrived.has(number))).toEqual([])
  expect(store.size).toBe(0)
  return durable.size
}

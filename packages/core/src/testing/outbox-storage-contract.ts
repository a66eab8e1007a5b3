import type { OutboxStorage } from '../storage/outbox-storage.ts'
import type { StoredMessage } from '../storage/stored-message.ts'
import { described, equal, FIRST, life, message, open, rising, textsOf, until } from './contract-tools.ts'

/** What the contract is tried on: a store of your own, empty at the beginning of each case. */
export interface StorageUnderTest {
  /** Another storage on the same store, as another page or another life would make. */
  create(): OutboxStorage
  /** Lets the owner of a storage die as in a crash: without `close()`, and without another call of its own. */
  kill(storage: OutboxStorage): void | Promise<void>
}

export interface ContractCase {
  readonly name: string
  /** Rejects where the contract is broken. */
  run(subject: StorageUnderTest): Promise<void>
}

/**
 * What every {@link OutboxStorage} must do, as cases for any test runner.
 *
 * @example
 * ```ts
 * for (const { name, run } of outboxStorageContract) {
 *   it(name, () => run({ create: () => myOutbox(file), kill: (storage) => crash(storage) }))
 * }
 * ```
 */
export const outboxStorageContract: readonly ContractCase[] = [
  {
    name: 'hands out nothing where nothing was stored',
    async run({ create }) {
      equal(await life(create()), [], 'what open() hands out')
    },
  },
  {
    name: 'hands out what was written in a former life, in order',
    async run({ create }) {
      await life(create(), [message(2, 'c'), message(0, 'a'), message(1, 'b')])
      const storage = create()
      const messages = await open(storage)
      equal(textsOf(messages), ['a', 'b', 'c'], 'what open() hands out')
      rising(messages)
      await storage.close()
    },
  },
  {
    name: 'can be opened again, and hands out what it has kept',
    async run({ create }) {
      const storage = create()
      await life(storage, [message(0, 'a')])
      equal(await life(storage, [message(1, 'b')]), ['a'], 'the second life')
      equal(await life(storage), ['a', 'b'], 'the third life')
    },
  },
  {
    name: 'keeps text, bytes and Blobs as they were',
    async run({ create }) {
      const bytes = new Uint8Array([0, 1, 254, 255])
      const sent = ['grüße 🙂', '', bytes, bytes.slice().buffer, new Blob(['blob'])] as const
      await life(
        create(),
        sent.map((data, place) => ({ order: FIRST + place, data })),
      )
      const storage = create()
      const messages = await open(storage)
      equal(await described(messages), await described(sent.map((data) => ({ data }))), 'data')
      await storage.close()
    },
  },
  {
    name: 'keeps key, id and expiry, and adds none',
    async run({ create }) {
      const details = [{ key: 'cursor', id: 'a', expiresAt: FIRST }, { id: 7 }, {}]
      await life(
        create(),
        details.map((some, place) => ({ ...message(place, 'x'), ...some })),
      )
      const storage = create()
      const messages = await open(storage)
      equal(
        messages.map(({ key, id, expiresAt }) => [key ?? '', id ?? '', expiresAt ?? '']),
        details.map(({ key = '', id = '', expiresAt = '' }) => [key, id, expiresAt]),
        'key, id and expiry',
      )
      await storage.close()
    },
  },
  {
    name: 'replaces a message that is put again',
    async run({ create }) {
      const again = [[message(0, 'old'), message(1, 'b')], [message(0, 'new')]]
      await life(create(), ...again)
      equal(await life(create()), ['new', 'b'], 'what open() hands out')
    },
  },
  {
    name: 'removes, and takes no offence at orders that it does not know',
    async run({ create }) {
      const storage = create()
      await open(storage)
      await storage.write({ put: [message(0, 'a'), message(1, 'b'), message(2, 'c')], remove: [] })
      await storage.write({ put: [message(3, 'd')], remove: [FIRST + 1, FIRST + 99, -5] })
      await storage.close()
      equal(await life(create()), ['a', 'c', 'd'], 'what open() hands out')
    },
  },
  {
    name: 'removes what it handed out, under the orders that it handed out',
    async run({ create }) {
      await life(create(), [message(0, 'a'), message(1, 'b'), message(2, 'c')])
      const storage = create()
      const [a, , c] = await open(storage)
      await storage.write({ put: [], remove: [a, c].map((one) => one?.order ?? Number.NaN) })
      await storage.close()
      equal(await life(create()), ['b'], 'the next life')
    },
  },
  {
    name: 'keeps what it handed out before what is put afterwards',
    async run({ create }) {
      await life(create(), [message(5, 'a'), message(6, 'b')])
      const storage = create()
      const last = Math.max(FIRST, ...(await open(storage)).map(({ order }) => order))
      await storage.write({ put: [{ order: last + 1, data: 'c' }], remove: [] })
      await storage.close()
      equal(await life(create()), ['a', 'b', 'c'], 'the next life')
    },
  },
  {
    name: 'carries writes out in the order of the calls, also where none is waited for',
    async run({ create }) {
      const storage = create()
      await open(storage)
      const large = 'large'.repeat(100_000)
      const writes = [
        storage.write({ put: [message(0, large), message(1, 'old')], remove: [] }),
        storage.write({ put: [message(1, 'new')], remove: [FIRST] }),
        storage.write({ put: [message(2, 'c')], remove: [] }),
      ]
      await Promise.all(writes)
      await storage.close()
      equal(await life(create()), ['new', 'c'], 'the next life')
    },
  },
  {
    name: 'has what a write() has resolved for, after a death without close()',
    async run({ create, kill }) {
      const storage = create()
      await open(storage)
      await storage.write({ put: [message(0, 'a'), message(1, 'b')], remove: [] })
      await kill(storage)
      equal(await life(create()), ['a', 'b'], 'the next life')
    },
  },
  {
    name: 'hands out nothing that belongs to an owner who lives',
    async run({ create }) {
      const first = create()
      await open(first)
      await first.write({ put: [message(0, 'a')], remove: [] })
      const second = create()
      // A storage for one owner at a time may refuse.
      const messages = await open(second).catch(() => undefined)
      equal(textsOf(messages ?? []), [], 'what the second one is handed')
      if (messages) await second.close()
      await first.close()
      equal(await life(create()), ['a'], 'the next life')
    },
  },
  {
    name: 'hands out each message of the dead to one owner',
    async run({ create, kill }) {
      const dead = [create(), create()]
      for (const [place, storage] of dead.entries()) {
        // One for one owner at a time: the second dies before it owns anything.
        const opened = await open(storage).catch(() => undefined)
        if (opened) await storage.write({ put: [message(place, `${place}`)], remove: [] })
      }
      for (const storage of dead) await kill(storage)
      const heirs = [create(), create(), create()].map((storage) => ({ storage, got: [] as string[] }))
      await Promise.all(
        heirs.map(async ({ storage, got }) => {
          const adopt = (messages: readonly StoredMessage[]) => void got.push(...textsOf(messages))
          got.push(...textsOf(await storage.open(adopt).catch(() => [])))
        }),
      )
      const all = () => heirs.flatMap(({ got }) => got).sort()
      await until(() => all().includes('0'), 'The message of the dead did not come.')
      equal(all(), [...new Set(all())], 'what the heirs were handed')
      for (const { storage } of heirs) await storage.close()
    },
  },
  {
    name: 'brings the messages of one who dies to another who lives, or to the next to open',
    async run({ create, kill }) {
      const dying = create()
      const heir = create()
      const got: string[] = []
      await open(dying)
      const isShared = await heir
        .open((messages) => void got.push(...textsOf(messages)))
        .then(
          () => true,
          () => false,
        )
      await dying.write({ put: [message(0, 'a'), message(1, 'b')], remove: [] })
      await kill(dying)
      if (isShared) await until(() => got.length > 0, 'Nothing was adopted.')
      else got.push(...textsOf(await open(heir)))
      equal(got, ['a', 'b'], 'what the heir was handed')
      // Adopted is not removed: it is the heir's to remove.
      await kill(heir)
      equal(await life(create()), ['a', 'b'], 'the next life')
    },
  },
  {
    name: 'can be closed when it is not open',
    async run({ create }) {
      const storage = create()
      await storage.close()
      await open(storage)
      await storage.close()
      await storage.close()
    },
  },
]

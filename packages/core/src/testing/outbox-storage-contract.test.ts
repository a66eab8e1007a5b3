import { describe, expect, it } from 'vitest'
import { storageOf } from '../../../../test/unit/storage-of.ts'
import type { OutboxStorage } from '../storage/outbox-storage.ts'
import type { StoredMessage } from '../storage/stored-message.ts'
import { MemoryStore, memoryOutbox } from './memory-outbox.ts'
import { outboxStorageContract, type StorageUnderTest } from './outbox-storage-contract.ts'

function memory(change: (storage: OutboxStorage) => OutboxStorage = (storage) => storage): StorageUnderTest {
  const store = new MemoryStore()
  const deaths = new Map<OutboxStorage, () => void>()
  return {
    create() {
      const storage = memoryOutbox(store)
      const shown = change(storage)
      deaths.set(shown, () => storage.kill())
      return shown
    },
    kill: (storage) => deaths.get(storage)?.(),
  }
}

/** Tries one case, and tells how it failed. */
async function broken(name: string, subject: StorageUnderTest): Promise<unknown> {
  const found = outboxStorageContract.find((one) => one.name === name)
  expect(found, name).toBeDefined()
  return found?.run(subject).then(
    () => 'not at all',
    (error: unknown) => (error instanceof Error ? error.message : error),
  )
}

describe('the contract of a storage', () => {
  it.each(outboxStorageContract)('memoryOutbox $name', ({ run }) => run(memory()))

  it.each([
    'removes, and takes no offence at orders that it does not know',
    'removes what it handed out, under the orders that it handed out',
  ])('is broken by a storage that forgets to remove: %s', async (name) => {
    const keeps = memory((storage) =>
      storageOf({
        open: (adopt) => storage.open(adopt),
        write: ({ put }) => storage.write({ put, remove: [] }),
        close: () => storage.close(),
      }),
    )
    expect(await broken(name, keeps)).toMatch(/^The contract is broken/)
  })

  it.each([
    'hands out nothing that belongs to an owner who lives',
    'hands out each message of the dead to one owner',
  ])('is broken by a storage that hands out whatever there is: %s', async (name) => {
    const shared = new Map<number, StoredMessage>()
    const create = () =>
      storageOf({
        open: async () => [...shared.values()],
        write: async ({ put }) => put.forEach((message) => void shared.set(message.order, message)),
        close: async () => undefined,
      })
    expect(await broken(name, { create, kill: () => undefined })).toMatch(/^The contract is broken/)
  })
})

import { OutboxStorage } from '../../packages/core/src/storage/index.ts'
import { MemoryStore, memoryOutbox } from '../../packages/core/src/testing/index.ts'
import { setUp, type World } from './set-up.ts'

/** Options of a connection with this storage. */
export function queueIn(storage: OutboxStorage): { queue: { storage: OutboxStorage } } {
  return { queue: { storage } }
}

type Methods = Pick<OutboxStorage, 'open' | 'write' | 'close'>

/** A storage of these methods alone. */
export function storageOf(methods: Methods): OutboxStorage {
  return new (class extends OutboxStorage {
    override open = methods.open
    override write = methods.write
    override close = methods.close
  })()
}

/** A storage in which some methods are others. */
export function altered(storage: OutboxStorage, methods: Partial<Methods>): OutboxStorage {
  return storageOf({
    open: (adopt) => storage.open(adopt),
    write: (changes) => storage.write(changes),
    close: () => storage.close(),
    ...methods,
  })
}

/** A storage that does not answer `open()` before it is told to. */
export function held(storage: OutboxStorage): { storage: OutboxStorage; release: () => void } {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  return { storage: altered(storage, { open: (adopt) => released.then(() => storage.open(adopt)) }), release }
}

/** A store in which a former life has left messages. */
export async function storeWith(...texts: string[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  const storage = memoryOutbox(store)
  await storage.open(() => undefined)
  await storage.write({ put: texts.map((data, place) => ({ order: place + 1, data })), remove: [] })
  storage.kill()
  return store
}

/** A connection of which one message, 'a', waits and is stored: its server does not answer. */
export async function setUpWaiting(storage: OutboxStorage): Promise<World> {
  const world = setUp(queueIn(storage))
  world.server.hang()
  world.connection.send('a')
  await world.clock.advance(20)
  return world
}

/** What the next life would find. */
export async function leftIn(store: MemoryStore, storage: { kill(): void }): Promise<unknown[]> {
  storage.kill()
  const messages = await memoryOutbox(store).open(() => undefined)
  return messages.map(({ data }) => data)
}

/** A storage that takes nothing from a message on, so many times; then it would again. */
export function failingFrom(memory: OutboxStorage, text: string, times = 1): OutboxStorage {
  let left = times
  return altered(memory, {
    write: (changes) =>
      left > 0 && changes.put.some(({ data }) => data === text) && left-- > 0
        ? Promise.reject(new Error('full'))
        : memory.write(changes),
  })
}

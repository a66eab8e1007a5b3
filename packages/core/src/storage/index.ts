import { misconfigured } from '../errors.ts'
import { storageHost } from './host.ts'
import { IndexedDbOutbox } from './indexed-db-outbox.ts'
import type { OutboxStorage } from './outbox-storage.ts'

export { OutboxStorage } from './outbox-storage.ts'
export type { StoredChanges, StoredMessage } from './stored-message.ts'

export interface IndexedDbOutboxOptions {
  /**
   * Of the database, within the origin. Tabs that are open on one name share what one of them leaves: put in
   * it what must not be mixed, such as the user and the server.
   */
  readonly name: string
}

/**
 * Keeps a queue in IndexedDB: what `send()` accepted before a reload, a crash of the tab or a restart of the
 * browser is sent afterwards, in order.
 *
 * @remarks Each tab keeps and sends its own; what a tab leaves behind when it ends is adopted by another one
 * on the same name, or by the next to open. It needs Web Locks, so a secure context. Where the host has none,
 * or no IndexedDB, or no room, the connection goes on in memory and tells `STORAGE` on `errors$`.
 * @example
 * ```ts
 * const storage = indexedDbOutbox({ name: `chat of ${userId}` })
 * const connection = connect('wss://example.com/chat', { queue: { storage } })
 * ```
 * @throws HoldfastError `CONFIGURATION` for a bad option. What the host lacks is told when it is opened.
 */
export function indexedDbOutbox(options: IndexedDbOutboxOptions): OutboxStorage {
  if (typeof options !== 'object' || options === null) throw misconfigured('options', 'an object', options)
  const { name } = options
  if (typeof name !== 'string' || name === '') throw misconfigured('name', 'a string that is not empty', name)
  return new IndexedDbOutbox(name, storageHost)
}

import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB, unwrap } from 'idb'
import type { StoredChanges, StoredMessage } from './stored-message.ts'

const VERSION = 1
/** Messages that are put in one go. */
const BATCH = 256

interface Schema extends DBSchema {
  messages: { key: [session: string, order: number]; value: StoredMessage & { readonly session: string } }
}

export type Database = IDBPDatabase<Schema>

/**
 * Opens the database, made or brought up to date where it has to be.
 *
 * @param onLost - It was closed under us: by the browser, or for another tab that needs it so.
 */
export async function openDatabase(
  name: string,
  onLost: (why: string) => void,
  version: number = VERSION,
): Promise<Database> {
  let giveUp = (_error: Error): void => undefined
  const blocked = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  const opened = openDB<Schema>(name, version, {
    upgrade(database, oldVersion) {
      // One step per version, each from the one before: `if (oldVersion < 2) …` comes below.
      if (oldVersion < 1) database.createObjectStore('messages', { keyPath: ['session', 'order'] })
    },
    blocked: () => giveUp(new Error('Another tab keeps an older version of the database open.')),
    blocking(_current, _wanted, { target }) {
      // The newer version in another tab waits for this.
      if (target instanceof IDBDatabase) target.close()
      onLost('It was closed, for a newer version of it or because it is deleted.')
    },
    terminated: () => onLost('The browser has closed the database.'),
  })
  return Promise.race([opened, blocked]).catch((error: unknown) => {
    opened.then(
      (database) => database.close(),
      () => undefined,
    )
    throw error
  })
}

/** Every session that has messages. */
export async function sessionsIn(database: Database): Promise<string[]> {
  const { store } = database.transaction('messages')
  const sessions: string[] = []
  let cursor = await store.openKeyCursor()
  while (cursor) {
    const [session] = cursor.key
    sessions.push(session)
    // Behind all orders of this one: an array sorts after every number.
    cursor = await store.openKeyCursor(IDBKeyRange.lowerBound([session, []]))
  }
  return sessions
}

/**
 * Gives the messages of sessions to another one, in one transaction; returns them in order.
 *
 * @param ordersFor - Where so many messages begin: orders that the new owner has not used and will not.
 */
export async function adopt(
  database: Database,
  owner: string,
  sessions: readonly string[],
  ordersFor: (count: number) => number,
): Promise<readonly StoredMessage[]> {
  if (sessions.length === 0) return []
  return change(database, async (read, write) => {
    const found = await Promise.all(sessions.map((session) => read.getAll(ofSession(session))))
    // Several tabs may have died: by time. Stable, so that equal ones stay with their own.
    const messages = found.flat().sort((a, b) => a.order - b.order)
    if (messages.length === 0) return []
    const first = ordersFor(messages.length)
    for (const session of sessions) write.delete(ofSession(session))
    const adopted = messages.map(({ session: _, ...message }, index) => ({
      ...message,
      order: first + index,
    }))
    for (let start = 0; start < adopted.length; start += BATCH) {
      let last: IDBRequest | undefined
      for (const message of adopted.slice(start, start + BATCH))
        last = write.put({ ...message, session: owner })
      // The page comes to its turn in between.
      if (last) await done(last)
    }
    return adopted
  })
}

/** Applies all changes or none. */
export function apply(database: Database, session: string, { put, remove }: StoredChanges): Promise<void> {
  return change(database, async (_, write) => {
    for (const message of put) write.put({ ...message, session })
    for (const order of remove) write.delete([session, order])
  })
}

type Messages = IDBPObjectStore<Schema, ['messages'], 'messages', 'readwrite'>

/** All of the work, or nothing of it. */
async function change<T>(
  database: Database,
  work: (read: Messages, write: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction('messages', 'readwrite')
  try {
    // Written through the native store: a promise for each request would be rejected beside the transaction's.
    const result = await work(transaction.store, unwrap(transaction.store))
    // Without waiting for its requests: the page may be about to end, and what is not committed is lost then.
    transaction.commit()
    await transaction.done
    return result
  } catch (error) {
    transaction.done.catch(() => undefined)
    // It throws where the failure has ended the transaction already.
    try {
      transaction.abort()
    } catch {}
    throw error
  }
}

function done(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
}

function ofSession(session: string): IDBKeyRange {
  return IDBKeyRange.bound([session], [session, []])
}

import { adopt, apply, type Database, openDatabase, sessionsIn } from './database.ts'
import type { StorageHost } from './host.ts'
import { OutboxStorage } from './outbox-storage.ts'
import { Sessions } from './sessions.ts'
import type { StoredChanges, StoredMessage } from './stored-message.ts'

type Adopt = (messages: readonly StoredMessage[]) => void

/** An outbox storage in IndexedDB: one life of it after another, each a session of its own. */
export class IndexedDbOutbox extends OutboxStorage {
  readonly #name: string
  readonly #host: () => StorageHost
  #life: Life | undefined

  constructor(name: string, host: () => StorageHost) {
    super()
    this.#name = `holdfast-outbox:${name}`
    this.#host = host
  }

  async open(onAdopt: Adopt): Promise<readonly StoredMessage[]> {
    if (this.#life) throw new Error('It is open already: one connection at a time uses it.')
    const life = new Life(this.#name, this.#host(), onAdopt)
    this.#life = life
    try {
      return await life.begin()
    } catch (error) {
      await life.end()
      if (this.#life === life) this.#life = undefined
      throw error
    }
  }

  async write(changes: StoredChanges): Promise<void> {
    if (!this.#life) throw new Error('It is not open.')
    await this.#life.write(changes)
  }

  async close(): Promise<void> {
    const life = this.#life
    this.#life = undefined
    await life?.end()
  }
}

class Life {
  readonly #name: string
  readonly #sessions: Sessions
  readonly #onAdopt: Adopt
  #database: Database | undefined
  /** Why nothing can be written any more. */
  #lost: string | undefined
  /** The lowest order that an adopted message has; what the outbox puts is above 0. */
  #lowest = 0

  constructor(name: string, host: StorageHost, onAdopt: Adopt) {
    this.#name = name
    this.#sessions = new Sessions(name, host)
    this.#onAdopt = onAdopt
  }

  async begin(): Promise<readonly StoredMessage[]> {
    // Before it looks for the others: of two that open at once, one at least sees the other.
    await this.#sessions.join()
    const database = await openDatabase(this.#name, (why) => {
      this.#lost ??= why
    })
    this.#database = database
    // Closed meanwhile: it took too long.
    if (this.#lost !== undefined) this.#shut()
    const messages = await this.#sessions.whileOver(await sessionsIn(database), (sessions) =>
      this.#adopt(database, sessions),
    )
    this.#sessions.watch(async (session) => {
      const adopted = await this.#adopt(database, [session])
      if (adopted.length > 0 && this.#lost === undefined) this.#onAdopt(adopted)
    })
    return messages
  }

  async write(changes: StoredChanges): Promise<void> {
    if (this.#lost !== undefined || this.#database === undefined)
      throw new Error(this.#lost ?? 'It is not open.')
    await apply(this.#database, this.#sessions.id, changes)
  }

  async end(): Promise<void> {
    this.#lost = 'It was closed.'
    await this.#sessions.leave()
    this.#shut()
  }

  #adopt(database: Database, sessions: readonly string[]): Promise<readonly StoredMessage[]> {
    return adopt(database, this.#sessions.id, sessions, (count) => {
      this.#lowest -= count
      return this.#lowest
    })
  }

  /** Transactions under way are completed first (Indexed DB, closing a database connection). */
  #shut(): void {
    this.#database?.close()
  }
}

import { OutboxStorage } from '../storage/outbox-storage.ts'
import type { StoredChanges, StoredMessage } from '../storage/stored-message.ts'

/** One opening of a storage: owns messages until it is closed or dies. */
interface Session {
  readonly messages: Map<number, StoredMessage>
  readonly adopt: (messages: readonly StoredMessage[]) => void
  /** The lowest order that it has given to an adopted message. */
  lowest: number
}

/** What several memory outboxes share, as the tabs of a browser share a database. */
export class MemoryStore {
  readonly #living = new Set<Session>()
  /** Of sessions that are over, oldest first. */
  #left: StoredMessage[] = []

  /** How many messages it has, owned or not. */
  get size(): number {
    let size = this.#left.length
    for (const { messages } of this.#living) size += messages.size
    return size
  }

  /** Returns what nobody owns; it belongs to this session from now on. */
  enter(session: Session): readonly StoredMessage[] {
    const taken = take(this.#left, session)
    this.#left = []
    this.#living.add(session)
    return taken
  }

  /** The session is over: what it has left goes to one that lives, or to the next that enters. */
  leave(session: Session): void {
    if (!this.#living.delete(session) || session.messages.size === 0) return
    const left = inOrder(session.messages.values())
    const [heir] = this.#living
    if (heir) heir.adopt(take(left, heir))
    else this.#left.push(...left)
  }
}

/**
 * An outbox storage that lives as long as its store: the simplest one that keeps the contract, for tests of
 * what happens over several lives of a page.
 *
 * @example
 * ```ts
 * const store = new MemoryStore()
 * const first = memoryOutbox(store)
 * // … a connection with `queue: { storage: first }` sends, and then its page crashes:
 * first.kill()
 * const second = memoryOutbox(store) // hands out what the first one had stored
 * ```
 */
export function memoryOutbox(store: MemoryStore = new MemoryStore()): MemoryOutbox {
  return new MemoryOutbox(store)
}

export class MemoryOutbox extends OutboxStorage {
  readonly #store: MemoryStore
  #session: Session | undefined
  #isDead = false

  constructor(store: MemoryStore) {
    super()
    this.#store = store
  }

  open(adopt: (messages: readonly StoredMessage[]) => void): Promise<readonly StoredMessage[]> {
    return this.#answer(() => {
      if (this.#session) throw new Error('It is open already.')
      this.#session = { messages: new Map(), adopt, lowest: 0 }
      return this.#store.enter(this.#session)
    })
  }

  write({ put, remove }: StoredChanges): Promise<void> {
    return this.#answer(() => {
      if (!this.#session) throw new Error('It is not open.')
      const { messages } = this.#session
      for (const message of put) messages.set(message.order, message)
      for (const order of remove) messages.delete(order)
    })
  }

  close(): Promise<void> {
    return this.#answer(() => this.#leave())
  }

  /** Ends it as a crash of its page does: nobody is told, and its calls are never answered. */
  kill(): void {
    this.#isDead = true
    this.#leave()
  }

  #leave(): void {
    if (this.#session) this.#store.leave(this.#session)
    this.#session = undefined
  }

  async #answer<T>(work: () => T): Promise<T> {
    if (this.#isDead) return new Promise(() => undefined)
    return work()
  }
}

function inOrder(messages: Iterable<StoredMessage>): StoredMessage[] {
  return [...messages].sort((a, b) => a.order - b.order)
}

/** Makes messages the session's own: under negative orders, which cannot meet those that it puts itself. */
function take(messages: readonly StoredMessage[], session: Session): readonly StoredMessage[] {
  session.lowest -= messages.length
  const taken = messages.map((message, index) => ({ ...message, order: session.lowest + index }))
  for (const message of taken) session.messages.set(message.order, message)
  return taken
}

import { connect, constant } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import { countStored } from '../../support/stored-messages.ts'

/** What a test can have done to a page. */
export interface PageControl {
  send(...messages: string[]): void
  /** One of each kind that a socket sends. */
  sendKinds(): void
  /** One message of so many bytes. */
  sendLarge(bytes: number): void
  /** Sends, and reloads the page within the same task. */
  sendAndReload(...messages: string[]): void
  /** The same while another message is being stored. */
  sendBehindAndReload(first: string, message: string): void
  /** Sends when the page ends. */
  sendAtTheEnd(message: string, event: 'pagehide' | 'visibilitychange'): void
  clear(): number
  close(): Promise<number>
  /** Closes, and leaves what is stored; returns how much. */
  leave(): Promise<number>
  /** Opens it again. */
  open(): void
  readonly status: () => string
  readonly queued: () => number
  readonly errors: string[]
  /** Messages that the page had given to the database before it was reloaded. */
  givenBefore(): number
  /** Messages in the database, of this session or another. */
  stored(): Promise<number>
  /** Web Locks that are held or waited for. */
  locks(): Promise<number>
}

const parameters = new URLSearchParams(location.search)
const name = parameters.get('name') ?? 'test'
const delivers = parameters.has('delivers')
const errors: string[] = []

const connection = connect(parameters.get('server') ?? '', {
  queue: { storage: indexedDbOutbox({ name }), maxBytes: 2 ** 30 },
  reconnect: { backoff: constant(50) },
  ...(delivers ? { delivery: { id: String, acknowledged: String } } : {}),
})
connection.errors$.subscribe(({ code, cause }) => {
  errors.push(cause instanceof Error || cause instanceof DOMException ? `${code} ${cause.name}` : code)
})
// At once: before it can be known what is stored.
const first = parameters.get('first')
if (first !== null) connection.send(first)

// In the session's own store, which is written at once: what the page gives to the database as it ends counts, too.
const givenBefore = Number(sessionStorage.getItem('given'))
let given = 0
const { put } = IDBObjectStore.prototype
IDBObjectStore.prototype.put = function (...args) {
  given += 1
  sessionStorage.setItem('given', String(given))
  return put.apply(this, args)
}

const control: PageControl = {
  send(...messages) {
    for (const message of messages) connection.send(message)
  },
  sendKinds() {
    connection.send('text 🙂')
    connection.send(new Uint8Array([1, 2, 3]).subarray(1))
    connection.send(new Uint8Array([4, 5]).buffer)
    connection.send(new Blob(['blob']))
  },
  sendLarge(bytes) {
    const data = new Uint8Array(bytes)
    // At most so much in one call; and such that it cannot be compressed.
    for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(data.subarray(at, at + 65_536))
    connection.send(data)
  },
  sendAndReload(...messages) {
    for (const message of messages) connection.send(message)
    location.reload()
  },
  sendBehindAndReload(first, message) {
    const { transaction } = IDBDatabase.prototype
    IDBDatabase.prototype.transaction = function (...args) {
      // Once: what is sent now finds that one under way.
      IDBDatabase.prototype.transaction = transaction
      setTimeout(() => control.sendAndReload(message))
      return transaction.apply(this, args)
    }
    connection.send(first)
  },
  sendAtTheEnd(message, event) {
    addEventListener(event, () => connection.send(message), { capture: true })
  },
  clear: () => connection.clear(),
  close: async () => (await connection.close()).undelivered.length,
  async leave() {
    const { stored = [], undelivered } = await connection.close(1000, '', { keepStored: true })
    return undelivered.length === 0 ? stored.length : Number.NaN
  },
  open: () => connection.open(),
  status: () => connection.state.status,
  queued: () => connection.outbox.queued,
  errors,
  givenBefore: () => givenBefore,
  stored: () => countStored(name),
  async locks() {
    const { held = [], pending = [] } = await navigator.locks.query()
    return held.length + pending.length
  },
}

Reflect.set(globalThis, 'control', control)

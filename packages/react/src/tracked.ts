import type { Connection } from '@holdfast/core'
import {
  type ConnectionSnapshot,
  DISCONNECTED,
  type SnapshotStore,
  snapshotsOf,
} from '@holdfast/core/bindings'
import type { UseWebSocketReturn } from './use-web-socket.ts'

/** What a component may read of a snapshot, and the part to be told of then. */
const PARTS = { state: 'state', status: 'state', lastMessage: 'lastMessage', outbox: 'outbox' } as const

export type Field = keyof typeof PARTS

type Calls<Incoming, Outgoing> = Pick<UseWebSocketReturn<Incoming, Outgoing>, 'send' | 'deliver'>

/** A connection as one component renders it: new only when something changed that the component has read. */
export class Tracked<Incoming, Outgoing> {
  readonly #connection: Connection<Incoming, Outgoing> | null
  readonly #store: SnapshotStore<Incoming> | undefined
  readonly #fields: Set<Field>
  readonly #calls: Calls<Incoming, Outgoing>
  readonly #onServer: UseWebSocketReturn<Incoming, Outgoing>
  #snapshot: ConnectionSnapshot<Incoming> = DISCONNECTED
  #rendered: UseWebSocketReturn<Incoming, Outgoing> | undefined
  #onRead: (() => void) | undefined

  /** `fields` is filled with what is read, and outlives this connection. */
  constructor(
    connection: Connection<Incoming, Outgoing> | null,
    fields: Set<Field>,
    calls: Calls<Incoming, Outgoing>,
  ) {
    this.#connection = connection
    this.#store = connection === null ? undefined : snapshotsOf(connection)
    this.#fields = fields
    this.#calls = calls
    this.#onServer = this.#view(null, DISCONNECTED)
  }

  readonly getOnServer = (): UseWebSocketReturn<Incoming, Outgoing> => this.#onServer

  readonly get = (): UseWebSocketReturn<Incoming, Outgoing> => {
    const next = this.#store?.get() ?? DISCONNECTED
    const hasChanged = [...this.#fields].some((field) => !Object.is(next[field], this.#snapshot[field]))
    if (!this.#rendered || hasChanged) {
      this.#snapshot = next
      // Without one it is what a server renders: nothing renders anew as it is hydrated.
      this.#rendered = this.#connection ? this.#view(this.#connection, next) : this.#onServer
    }
    return this.#rendered
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const start = (): (() => void) | undefined =>
      this.#store?.subscribe(
        listener,
        [...this.#fields].map((field) => PARTS[field]),
      )
    let told = this.#fields.size
    let stop = start()
    const onRead = (): void => {
      if (this.#fields.size === told) return
      const before = stop
      told = this.#fields.size
      stop = start()
      before?.()
      listener()
    }
    this.#onRead = onRead
    return () => {
      if (this.#onRead === onRead) this.#onRead = undefined
      stop?.()
    }
  }

  #view(
    connection: Connection<Incoming, Outgoing> | null,
    snapshot: ConnectionSnapshot<Incoming>,
  ): UseWebSocketReturn<Incoming, Outgoing> {
    let shown = snapshot
    const read = <F extends Field>(field: F): ConnectionSnapshot<Incoming>[F] => {
      if (!this.#fields.has(field)) {
        this.#fields.add(field)
        // Nothing rendered anew for it so far: an event handler that asks first must not get what is long past.
        if (connection !== null) shown = { ...shown, [field]: snapshotsOf(connection).get()[field] }
        // Later: a render has no effects.
        queueMicrotask(() => this.#onRead?.())
      }
      return shown[field]
    }
    return {
      connection,
      ...this.#calls,
      get state() {
        return read('state')
      },
      get status() {
        return read('status')
      },
      get lastMessage() {
        return read('lastMessage')
      },
      get outbox() {
        return read('outbox')
      },
    }
  }
}

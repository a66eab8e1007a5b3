import type { Shell } from './connection.ts'
import { Emitter } from './emitter.ts'
import { EMPTY, type OutboxSnapshot } from './outbox-snapshot.ts'
import { type ConnectionState, IDLE } from './state.ts'
import { type Connection, shellOf } from './streams.ts'
import { type ViewFrame, viewFrameOf } from './view-frame.ts'

/** A connection at one moment, never changed: what a view renders from. */
export interface ConnectionSnapshot<Incoming> {
  readonly state: ConnectionState
  readonly status: ConnectionState['status']
  readonly lastMessage: Incoming | undefined
  /** Messages seen, so that two equal ones can be told apart. */
  readonly messageCount: number
  readonly outbox: OutboxSnapshot
}

/** What a view wants to be told of. Only what somebody wants is listened for. */
export type SnapshotPart = 'state' | 'lastMessage' | 'outbox'

/** What is rendered without a connection, and on a server. */
export const DISCONNECTED: ConnectionSnapshot<never> = {
  state: IDLE,
  status: 'idle',
  lastMessage: undefined,
  messageCount: 0,
  outbox: EMPTY,
}

type Source<Incoming> = Pick<Shell<Incoming, never>, 'state' | 'outbox' | 'announcer' | 'messages' | 'digest'>

/**
 * The snapshots of one connection. State is published at once, and with it what has come before it;
 * messages and outbox are published at most once a frame.
 */
export class SnapshotStore<Incoming> {
  readonly #connection: Source<Incoming>
  readonly #listeners: Emitter<void>
  readonly #wants: Record<SnapshotPart, number> = { state: 0, lastMessage: 0, outbox: 0 }
  readonly #detach: Partial<Record<SnapshotPart, () => void>> = {}
  readonly #frame: ViewFrame
  #snapshot: ConnectionSnapshot<Incoming>
  #lastMessage: Incoming | undefined
  #messageCount = 0
  #outbox: OutboxSnapshot

  constructor(connection: Source<Incoming>) {
    this.#connection = connection
    this.#outbox = connection.outbox
    this.#frame = viewFrameOf(connection)
    this.#listeners = new Emitter(connection.announcer.onThrow)
    this.#snapshot = { ...DISCONNECTED, outbox: this.#outbox }
    this.#snapshot = this.#take()
  }

  /** The same object until something is published. */
  get(): ConnectionSnapshot<Incoming> {
    // Nobody is told of a part that nobody wants, and a first render wants the present. The other parts are
    // left as they were published: their listeners are still to be called.
    const seen = this.#snapshot
    const state = this.#wants.state === 0 ? this.#connection.state : seen.state
    const outbox = this.#wants.outbox === 0 ? unlessEqual(seen.outbox, this.#connection.outbox) : seen.outbox
    if (state !== seen.state || outbox !== seen.outbox) {
      if (this.#wants.outbox === 0) this.#outbox = outbox
      this.#snapshot = { ...seen, state, status: state.status, outbox }
    }
    return this.#snapshot
  }

  /** Calls back after each publication; returns what ends it. */
  subscribe(listener: () => void, parts: readonly SnapshotPart[]): () => void {
    const remove = this.#listeners.add(listener)
    for (const part of parts) this.#want(part)
    return () => {
      if (!remove()) return
      for (const part of parts) this.#unwant(part)
    }
  }

  #want(part: SnapshotPart): void {
    this.#wants[part] += 1
    if (this.#wants[part] > 1) return
    const { announcer, messages, digest } = this.#connection
    switch (part) {
      case 'state':
        this.#detach.state = announcer.states.add(() => this.#frame.now(this.#publish))
        // It may have moved on between the render and the subscription.
        if (this.#snapshot.state !== this.#connection.state) this.#publish()
        return
      case 'lastMessage':
        this.#detach.lastMessage = messages.add((message) => {
          this.#lastMessage = message
          this.#messageCount += 1
          this.#frame.request(this.#publish)
        })
        return
      case 'outbox':
        this.#detach.outbox = digest.outboxes.add((outbox) => {
          this.#outbox = outbox
          // It comes once a frame already.
          this.#frame.now(this.#publish)
        })
        this.#outbox = this.#connection.outbox
        this.#frame.request(this.#publish)
        return
      default:
        part satisfies never
    }
  }

  #unwant(part: SnapshotPart): void {
    this.#wants[part] -= 1
    if (this.#wants[part] > 0) return
    this.#detach[part]?.()
    if (this.#listeners.size === 0) this.#frame.settle(this.#publish)
    // Later: a remount, and another view of the same commit, go on with it.
    if (part === 'lastMessage') queueMicrotask(() => this.#forgetUnread())
  }

  /** Newer ones may come that nobody sees: whoever reads next would take it for the newest. */
  #forgetUnread(): void {
    if (this.#wants.lastMessage > 0) return
    this.#lastMessage = undefined
    this.#snapshot = { ...this.#snapshot, lastMessage: undefined }
  }

  readonly #publish = (): void => {
    const before = this.#snapshot
    const next = this.#take()
    const isSame =
      next.state === before.state &&
      next.messageCount === before.messageCount &&
      next.outbox === before.outbox
    if (isSame) return
    this.#snapshot = next
    this.#listeners.emit()
  }

  #take(): ConnectionSnapshot<Incoming> {
    const { state } = this.#connection
    return {
      state,
      status: state.status,
      lastMessage: this.#lastMessage,
      messageCount: this.#messageCount,
      outbox: unlessEqual(this.#snapshot.outbox, this.#outbox),
    }
  }
}

const stores = new WeakMap<object, unknown>()

/** The one store of a connection, whoever asks. */
export function snapshotsOf<Incoming, Outgoing>(
  connection: Connection<Incoming, Outgoing>,
): SnapshotStore<Incoming> {
  // The map holds for each connection the store that was made for it, so its type is known.
  let store = stores.get(connection) as SnapshotStore<Incoming> | undefined
  if (store === undefined) {
    store = new SnapshotStore(shellOf(connection))
    stores.set(connection, store)
  }
  return store
}

/** The old object where the new one says the same. */
function unlessEqual(old: OutboxSnapshot, now: OutboxSnapshot): OutboxSnapshot {
  const isEqual = Object.entries(old).every(([name, value]) => now[name as keyof OutboxSnapshot] === value)
  return isEqual ? old : now
}

import { Emitter } from './emitter.ts'
import { misconfigured } from './errors.ts'
import { type Connection, shellOf } from './streams.ts'
import { type ViewFrame, viewFrameOf } from './view-frame.ts'

/** The newest messages of a connection, as an array that is never changed and is new at most once a frame. */
export class HistoryStore<Incoming, Outgoing = unknown> {
  #limit: number
  readonly #add: (handler: (message: Incoming) => void) => () => void
  readonly #frame: ViewFrame
  readonly #listeners: Emitter<void>
  #kept: Incoming[] = []
  #published: readonly Incoming[] = []
  #detach: (() => void) | undefined

  /** @throws HoldfastError `CONFIGURATION` for a limit that is no whole number of messages, 1 or more. */
  constructor(connection: Connection<Incoming, Outgoing>, limit: number) {
    this.#limit = checked(limit)
    const shell = shellOf(connection)
    this.#add = (handler) => shell.messages.add(handler)
    this.#frame = viewFrameOf(shell)
    this.#listeners = new Emitter(shell.announcer.onThrow)
  }

  /** Oldest first. */
  get(): readonly Incoming[] {
    return this.#published
  }

  /** Keeps so many from now on; what is kept already stays. @throws as the constructor does */
  resize(limit: number): void {
    if (limit === this.#limit) return
    this.#limit = checked(limit)
    this.#publish()
  }

  subscribe(listener: () => void): () => void {
    const remove = this.#listeners.add(listener)
    this.#detach ??= this.#add((message) => {
      this.#kept.push(message)
      // Now and then, not each time: a burst must not copy the array for every message.
      if (this.#kept.length >= this.#limit * 2) this.#kept = this.#kept.slice(-this.#limit)
      this.#frame.request(this.#publish)
    })
    return () => {
      if (!remove() || this.#listeners.size > 0) return
      this.#detach?.()
      this.#detach = undefined
      this.#frame.settle(this.#publish)
    }
  }

  readonly #publish = (): void => {
    this.#published = this.#kept.slice(-this.#limit)
    this.#listeners.emit()
  }
}

function checked(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1) return limit
  throw misconfigured('The limit of a message history', 'a whole number, 1 or more', limit)
}

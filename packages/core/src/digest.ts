import type { Announcer } from './announcer.ts'
import { Emitter } from './emitter.ts'
import type { Environment } from './environment.ts'
import { Frame } from './frame.ts'
import type { OutboxSnapshot } from './outbox-snapshot.ts'

/** What is told at most once a frame: the numbers of the queue, and how many messages nobody was there for. */
export class Digest {
  readonly outboxes: Emitter<OutboxSnapshot>
  readonly #announcer: Announcer
  readonly #outbox: () => OutboxSnapshot
  readonly #frame: Frame
  #unobserved = 0

  constructor(
    environment: Pick<Environment, 'requestFrame'>,
    announcer: Announcer,
    outbox: () => OutboxSnapshot,
  ) {
    this.outboxes = new Emitter(announcer.onThrow)
    this.#announcer = announcer
    this.#outbox = outbox
    this.#frame = new Frame(environment, () => this.#tell())
  }

  /** The numbers of the queue have changed. */
  changed(): void {
    if (this.outboxes.size > 0) this.#frame.request()
  }

  /** A message came that nobody was subscribed to. */
  missed(): void {
    this.#unobserved += 1
    this.#frame.request()
  }

  /** Tells now what there is to tell, and leaves no timer. */
  flush(): void {
    this.#frame.flush()
  }

  #tell(): void {
    const count = this.#unobserved
    this.#unobserved = 0
    if (count > 0) this.#announcer.tell({ type: 'unobserved', count })
    if (this.outboxes.size === 0) return
    const snapshot = this.#outbox()
    // The native buffer empties without an event. First this: a listener may close.
    if (snapshot.nativeBufferedAmount > 0) this.#frame.request()
    this.#announcer.notices.add(() => this.outboxes.emit(snapshot))
  }
}

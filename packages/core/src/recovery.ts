import type { Entry } from './entry.ts'
import type { InFlight } from './in-flight.ts'
import { type Loss, newest, type Remains, sortOut } from './loss.ts'
import type { Settings } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { RecoveryListeners } from './sender-listeners.ts'
import type { Keeping } from './storage/keep.ts'

/** What becomes of the messages that a lost socket was given: queued again, or told as unconfirmed. */
export class Recovery {
  readonly #options: Settings['queue']
  readonly #outbox: Outbox
  readonly #inFlight: InFlight
  readonly #keep: Keeping | undefined
  readonly #listeners: RecoveryListeners

  constructor(
    options: Settings['queue'],
    outbox: Outbox,
    inFlight: InFlight,
    keep: Keeping | undefined,
    listeners: RecoveryListeners,
  ) {
    this.#options = options
    this.#outbox = outbox
    this.#inFlight = inFlight
    this.#keep = keep
    this.#listeners = listeners
  }

  /** Returns the newest of those that may be lost, oldest first. */
  recover(remains: Remains, loss: Loss): readonly Entry[] {
    const onWire = this.#inFlight.onWire()
    const { back, given, older, tooBig } = sortOut(
      remains,
      onWire,
      loss,
      this.#options?.recover,
      this.#listeners.unanswered(),
    )
    if (back.length > 0) {
      this.#listeners.onRecovered(back)
      this.#outbox.recover(back)
    }
    if (tooBig) this.#outbox.drop(tooBig, 'too-large')
    return given.length + older > 0 ? this.#giveUp(given, older) : []
  }

  #giveUp(entries: readonly Entry[], older: number): readonly Entry[] {
    this.#outbox.giveUp(entries)
    for (const entry of entries) {
      this.#inFlight.remove(entry)
      this.#keep?.remove(entry)
      // For whoever waits for it to leave, or to be acknowledged; what has left was told before.
      if (entry.fate?.written) entry.fate.failed('closed')
    }
    const kept = newest(entries, this.#options?.keepWritten ?? 0)
    this.#listeners.onUnconfirmed(entries, kept, older)
    return kept
  }
}

import { isBlob } from './bytes.ts'
import type { Entry } from './entry.ts'
import type { InFlight } from './in-flight.ts'
import { type Loss, newest, type Remains, sortOut } from './loss.ts'
import type { Settings } from './options.ts'
import type { Sender } from './sender.ts'
import type { RecoveryListeners } from './sender-listeners.ts'

/** What it needs of the outgoing half. */
type Host = Pick<Sender<never>, 'outbox' | 'keep' | 'drop'>

/** What becomes of the messages that a lost socket was given: queued again, or told as unconfirmed. */
export class Recovery {
  readonly #sender: Host
  readonly #options: Settings['queue']
  readonly #inFlight: InFlight
  readonly #listeners: RecoveryListeners

  constructor(sender: Host, options: Settings['queue'], inFlight: InFlight, listeners: RecoveryListeners) {
    this.#sender = sender
    this.#options = options
    this.#inFlight = inFlight
    this.#listeners = listeners
  }

  /** Returns the newest of those that may be lost, oldest first. */
  recover(remains: Remains, loss: Loss): readonly Entry[] {
    const { outbox } = this.#sender
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
      outbox.recover(back, loss.isFinal)
      for (const entry of back) this.#check(entry)
    }
    if (tooBig) outbox.drop(tooBig, 'too-large')
    return given.length + older > 0 ? this.#giveUp(given, older) : []
  }

  /** Hosts end a connection over a Blob that they cannot read: it would end each that it is written to. */
  #check(entry: Entry): void {
    const { data } = entry
    const drop = () => this.#listeners.during(() => this.#sender.drop(entry, 'unreadable'))
    try {
      // Of a file that was changed, cut short or deleted since, no byte can be read.
      if (isBlob(data)) data.slice(-1).arrayBuffer().catch(drop)
    } catch {
      // One that cannot even be asked, as in React Native, may still be sent.
    }
  }

  #giveUp(entries: readonly Entry[], older: number): readonly Entry[] {
    const kept = newest(entries, this.#options?.keepWritten ?? 0)
    this.#sender.outbox.giveUp(entries, kept.length)
    for (const entry of entries) {
      this.#inFlight.remove(entry)
      this.#sender.keep?.remove(entry)
      // For whoever waits for it to leave, or to be acknowledged; what has left was told before.
      if (entry.fate?.written) entry.fate.failed('closed')
    }
    this.#listeners.onUnconfirmed(kept, older + entries.length - kept.length)
    return kept
  }
}

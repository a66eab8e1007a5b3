import { type Entry, messagesOf } from './entry.ts'
import type { SocketEnd } from './loss.ts'
import type { Sender } from './sender.ts'
import type { NativeClose } from './socket.ts'
import type { CloseReport } from './state.ts'
import type { Rest } from './storage/keep.ts'

/** How a socket ended. */
export interface Detached {
  /** How it closed; undefined where it was given up. */
  readonly close: NativeClose | undefined
  readonly end: SocketEnd | undefined
  /** After a handover there is another one. */
  readonly isLast: boolean
  /** The user has closed the connection. */
  readonly hasEnded: boolean
}

/**
 * The ends of sockets, and the end of a connection: what each has lost, and the promise of `close()`, one for
 * all who ask while it is under way, with its report for those who ask later.
 */
export class Ending<Outgoing> {
  readonly #sender: Sender<Outgoing>
  #report: Promise<CloseReport<Outgoing>> | undefined
  /** Settles it, while it is waited for. */
  #resolve: ((report: CloseReport<Outgoing> | Promise<CloseReport<Outgoing>>) => void) | undefined
  /** What the last socket may have lost. */
  #unconfirmed: readonly Outgoing[] = []
  #leftBehind = 0

  constructor(sender: Sender<Outgoing>) {
    this.#sender = sender
  }

  /** Bytes that the native buffer of the last socket kept, and that did not return to the queue. */
  get leftBehind(): number {
    return this.#leftBehind
  }

  /** The report, once there is one. */
  wait(): Promise<CloseReport<Outgoing>> {
    this.#report ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#report
  }

  /** A new life has begun. */
  forget(): void {
    if (!this.#resolve) this.#report = undefined
    this.#unconfirmed = []
    this.#leftBehind = 0
  }

  /** A socket is gone: brings back what it did not send, and remembers what it may have lost. */
  detach({ close, end = {}, isLast, hasEnded }: Detached): void {
    const queued = this.#sender.outbox.bytes
    const unconfirmed = this.#sender.detach({
      ...end,
      code: close?.code,
      isFinal: isLast && hasEnded,
      isKept: this.#sender.keep?.isKept,
    })
    if (isLast) this.#leftBehind = Math.max(0, (end.buffered ?? 0) - (this.#sender.outbox.bytes - queued))
    // What a connection that goes on has lost is told by its event alone.
    if (isLast || hasEnded) this.#unconfirmed = [...this.#unconfirmed, ...unconfirmed]
  }

  /** The user's `close()` is carried out: drops what is queued, and settles the promise. */
  finish({ code, reason, wasClean }: Pick<CloseReport<Outgoing>, 'code' | 'reason' | 'wasClean'>): void {
    const { keep } = this.#sender
    const given = this.#unconfirmed
    // Asked first: what is dropped is not waited for any more.
    const { waiting } = this.#sender.outbox
    const rest: Rest = {
      undelivered: waiting.filter((entry) => !isAwaited(entry)),
      unconfirmed: waiting.filter(isAwaited),
    }
    this.#sender.clear('closed')
    const report = ({ undelivered, unconfirmed, stored }: Rest): CloseReport<Outgoing> => ({
      code,
      reason,
      wasClean,
      undelivered: messagesOf(undelivered),
      unconfirmed: [...given, ...messagesOf<Outgoing>(unconfirmed)],
      ...(stored && { stored: messagesOf<Outgoing>(stored) }),
    })
    const ended = keep?.release(rest).then(report) ?? report(rest)
    // It may take until all is let go, which a new life does not wait for.
    this.#resolve?.(ended)
    this.#resolve = undefined
  }
}

/** One that was on the wire, and waits for its acknowledgement or its answer. */
function isAwaited({ id, sequence, fate }: Entry): boolean {
  return sequence > 0 && (id !== undefined || fate?.retries?.() === true)
}

import type { Announcer } from './announcer.ts'
import type { Audience } from './audience.ts'
import { Awaited } from './awaited.ts'
import type { SendOptions } from './composer.ts'
import type { Destination, Entry } from './entry.ts'
import type { Clock } from './environment.ts'
import { dropped, failed, type GivenUp, HoldfastError, isHoldfastError } from './errors.ts'
import { checkedRequest, type RequestOptions, type RequestSettings } from './request-options.ts'
import type { Sender } from './sender.ts'
import type { CloseInfo } from './state.ts'
import { Timers } from './timers.ts'

/** What requests need of their connection. */
export interface RequestHost<Incoming, Outgoing> {
  readonly messages: Audience<Incoming>
  readonly clock: Clock
  readonly sender: Pick<Sender<Outgoing>, 'send' | 'drop' | 'answered'>
  readonly announcer: Pick<Announcer, 'fail' | 'tell' | 'notices'>
}

interface Pending<Incoming, Outgoing> {
  /** Those of the connection that it goes over. */
  owner: Requests<Incoming, Outgoing>
  readonly options: RequestOptions<Incoming> & { readonly timeout: number }
  readonly timers: Timers<'answer'>
  readonly since: number
  readonly resolve: (answer: Incoming) => void
  readonly reject: (error: unknown) => void
  readonly onAbort: () => void
  attempts: number
  /** The `sequence` of the last attempt that was lost, on this connection. */
  written?: number
  /** Absent while it is being sent. */
  entry?: Entry
  isAnswered?: boolean
  /** The connection has ended: only an answer counts that is still read. */
  isOver?: boolean
}

/** The requests of a connection: each ends with its answer, or with an error that says why there is none. */
export class Requests<Incoming, Outgoing> {
  readonly #host: RequestHost<Incoming, Outgoing>
  readonly #awaited: Awaited<Incoming, Pending<Incoming, Outgoing>>
  #leave: (() => void) | undefined

  constructor(host: RequestHost<Incoming, Outgoing>) {
    this.#host = host
    this.#awaited = new Awaited((name, error) => host.announcer.fail(failed(`request.${name}`, error)))
  }

  /** Never throws: what is wrong with the call, the promise rejects with. */
  send(message: Outgoing, given: RequestOptions<Incoming>): Promise<Incoming> {
    return new Promise((resolve, reject) => {
      const options = checkedRequest(given)
      const { signal, timeout } = options
      const host = this.#host
      if (signal?.aborted) throw this.#error('aborted', options)
      const pending: Pending<Incoming, Outgoing> = {
        owner: this,
        options,
        timers: new Timers(host.clock, () => pending.owner.#giveUp(pending, 'timeout')),
        since: host.clock.now(),
        resolve,
        reject,
        onAbort: () => host.announcer.notices.during(() => pending.owner.#giveUp(pending, 'aborted')),
        attempts: 1,
      }
      try {
        this.#start(pending, message)
      } catch (error) {
        return this.#fail(pending, error)
      }
      // The codec may have aborted it.
      if (signal?.aborted) pending.onAbort()
      if (!this.#awaited.has(pending)) return
      pending.timers.start('answer', timeout)
      signal?.addEventListener('abort', pending.onAbort)
    })
  }

  /** What was written, and is sent again after a loss. */
  get unanswered(): readonly Entry[] {
    return this.#awaited
      .all()
      .flatMap(({ options, entry, isOver }) =>
        options.retry && !isOver && entry && entry.status !== 'queued' ? entry : [],
      )
  }

  /**
   * The connection is lost: what was written over it is queued again by now, or rejected.
   *
   * @returns What rejects, for when all that has come is read: an answer may be among it.
   */
  lost(cause: CloseInfo | undefined): () => void {
    const over: Pending<Incoming, Outgoing>[] = []
    for (const pending of this.#awaited.all()) {
      const { entry, options } = pending
      if (entry?.status === 'queued') {
        // It may wait since it was lost last.
        if (entry.sequence !== pending.written) pending.attempts += 1
        pending.written = entry.sequence
      } else if (!options.retry) over.push(pending)
    }
    return () => {
      for (const pending of over) {
        const text = 'Lost before an answer: it may have arrived.'
        this.#fail(pending, new HoldfastError('CLOSED', text, { reason: 'closed', cause }))
      }
    }
  }

  /** The connection has ended. @returns What rejects, as {@link lost} does. */
  ended(): () => void {
    const over = this.#awaited.all()
    // At once: the next life must not send them, however long it takes to read what has come.
    for (const pending of over) {
      pending.isOver = true
      if (pending.entry) this.#host.sender.drop(pending.entry, 'closed')
    }
    return () => {
      for (const pending of over) this.#giveUp(pending, 'closed')
    }
  }

  #take(message: Incoming): boolean {
    const answered = this.#awaited.answeredBy(message)
    for (const pending of answered) {
      if (!this.#end(pending, 'answered')) continue
      pending.isAnswered = true
      // It may be queued again, and answered after all by what was slow to read.
      if (pending.entry) this.#host.sender.answered(pending.entry)
      pending.resolve(message)
    }
    return answered.length > 0
  }

  /** Throws what `send()` throws. */
  #start(pending: Pending<Incoming, Outgoing>, message: Outgoing, how?: SendOptions): void {
    const { options } = pending
    pending.written = 0
    // First this: the answer may come within the call, and so may the end.
    this.#awaited.add(pending)
    this.#leave ??= this.#host.messages.pick((incoming) => this.#take(incoming))
    pending.entry = this.#host.sender.send(message, how, {
      retries: () => options.retry === true && this.#awaited.has(pending),
      failed: (reason) => {
        if (!pending.isOver) this.#fail(pending, this.#error(reason, options))
      },
      move: (to, _, rest) => this.#move(pending, message, to, rest),
    })
    // Within the call.
    if (pending.isAnswered) this.#host.sender.answered(pending.entry)
  }

  /** Goes over another connection, as it is. */
  #move(pending: Pending<Incoming, Outgoing>, message: Outgoing, to: Destination, how: SendOptions): void {
    // Both are connections of one view: their messages are of the same types.
    const owner = to.exchange.requests as Requests<Incoming, Outgoing>
    pending.owner = owner
    try {
      owner.#start(pending, message, how)
      this.#remove(pending)
    } catch (error) {
      owner.#remove(pending)
      pending.owner = this
      throw error
    }
  }

  #giveUp(pending: Pending<Incoming, Outgoing>, reason: 'aborted' | 'timeout' | 'closed'): void {
    // Told of by its fate, if it is queued. One on the wire cannot be called back.
    if (pending.entry) this.#host.sender.drop(pending.entry, reason)
    this.#fail(pending, this.#error(reason, pending.options))
  }

  #fail(pending: Pending<Incoming, Outgoing>, error: unknown): void {
    if (this.#end(pending, 'failed', error)) pending.reject(error)
  }

  /** Returns false where it was over already. */
  #end(pending: Pending<Incoming, Outgoing>, outcome: 'answered' | 'failed', error?: unknown): boolean {
    if (!this.#remove(pending)) return false
    pending.timers.stopAll()
    pending.options.signal?.removeEventListener('abort', pending.onAbort)
    const { since, attempts } = pending
    const duration = this.#host.clock.now() - since
    this.#host.announcer.tell({
      type: 'request',
      outcome,
      duration,
      attempts,
      ...(isHoldfastError(error) && { error }),
    })
    return true
  }

  /** Returns false where it was over already. */
  #remove(pending: Pending<Incoming, Outgoing>): boolean {
    if (!this.#awaited.remove(pending)) return false
    if (this.#awaited.size > 0) return true
    this.#leave?.()
    this.#leave = undefined
    return true
  }

  #error(reason: GivenUp, { signal }: RequestSettings): HoldfastError {
    const error = dropped(reason, signal)
    return reason === 'closed' ? new HoldfastError('CLOSED', error.message, { reason }) : error
  }
}

import { Emitter } from './emitter.ts'
import { environmentOf } from './environment.ts'
import { HoldfastError, isHoldfastError } from './errors.ts'
import type { RequestOptions } from './request-options.ts'
import { hasEnded } from './state.ts'
import type { Connection } from './streams.ts'

/** What became of the newest request of a view. */
export type RequestState<Answer> =
  | { readonly status: 'idle' | 'pending'; readonly data: undefined; readonly error: undefined }
  | { readonly status: 'answered'; readonly data: Answer; readonly error: undefined }
  | { readonly status: 'failed'; readonly data: undefined; readonly error: HoldfastError }

/** How the answers of a view's requests are known: the same for all of them, or made for each message. */
export type RequestWays<Incoming, Outgoing, Answer extends Incoming = Incoming> =
  | RequestOptions<Incoming, Answer>
  | ((message: Outgoing) => RequestOptions<Incoming, Answer>)

const NOTHING = { data: undefined, error: undefined } as const

/** Before the first request, after `cancel()`, and on a server. */
export const NO_REQUEST: RequestState<never> = { status: 'idle', ...NOTHING }

const PENDING: RequestState<never> = { status: 'pending', ...NOTHING }

/** The requests of one view, one at a time: the newest aborts the one before. */
export class RequestStore<Incoming, Outgoing, Answer extends Incoming> {
  #state: RequestState<Answer> = NO_REQUEST
  #abort: AbortController | undefined
  #connection: object | null | undefined
  readonly #listeners = new Emitter<void>((error) => environmentOf().reportError(error))

  readonly get = (): RequestState<Answer> => this.#state

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener)

  /** The promise may be left alone: the state tells of a rejection too. */
  send(
    connection: Connection<Incoming, Outgoing> | null | undefined,
    message: Outgoing,
    ways: RequestWays<Incoming, Outgoing, Answer>,
  ): Promise<Answer> {
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    this.#connection = connection
    this.#show(PENDING)
    const answer = ask(connection, message, ways, abort).catch((error: unknown) => {
      throw typed(error)
    })
    answer.then(
      (data) => {
        if (this.#abort === abort) this.#show({ status: 'answered', data, error: undefined })
      },
      (error: HoldfastError) => {
        if (this.#abort === abort) this.#show({ status: 'failed', data: undefined, error })
      },
    )
    return answer
  }

  /** Aborts what is under way, and forgets what was. */
  readonly cancel = (): void => {
    this.#abort?.abort()
    this.#abort = undefined
    this.#show(NO_REQUEST)
  }

  /** As {@link cancel}, of what was asked of this connection. */
  leave(connection: object | null | undefined): void {
    if (this.#connection === connection) this.cancel()
  }

  #show(state: RequestState<Answer>): void {
    if (state === this.#state) return
    this.#state = state
    this.#listeners.emit()
  }
}

async function ask<Incoming, Outgoing, Answer extends Incoming>(
  connection: Connection<Incoming, Outgoing> | null | undefined,
  message: Outgoing,
  ways: RequestWays<Incoming, Outgoing, Answer>,
  abort: AbortController,
): Promise<Answer> {
  if (!connection) throw new HoldfastError('CLOSED', 'There is no connection.', { reason: 'closed' })
  // In a view that is shown again: the effect that opens it anew may be of this commit, and still to come.
  if (hasEnded(connection.state)) await undefined
  const options = typeof ways === 'function' ? ways(message) : ways
  const { signal } = options
  const onAbort = (): void => abort.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  try {
    // With a guard the answer is what it guards; without one Answer is Incoming.
    return (await connection.request(message, { ...options, signal: abort.signal })) as Answer
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The caller's own functions may throw anything. */
function typed(error: unknown): HoldfastError {
  if (isHoldfastError(error)) return error
  return new HoldfastError('HANDLER', 'The options of a request threw.', { cause: error })
}

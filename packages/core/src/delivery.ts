import { checkObject, checkSignal, duration } from './checks.ts'
import type { Fate } from './entry.ts'
import type { Clock } from './environment.ts'
import { dropped } from './errors.ts'
import { Timers } from './timers.ts'

/** What a message is known by, here and at the server. */
export type DeliveryId = string | number

/**
 * Acknowledgements: a message with an id stays here until the server has answered with that id, and is sent
 * again over the next connection if it has not.
 *
 * @remarks At least once, in order: a server that keeps the newest ids and ignores what it has seen makes it
 * exactly once.
 */
export interface DeliveryOptions<Incoming = unknown, Outgoing = unknown> {
  /** The id of a message, before the codec; `undefined` for one that is sent without. */
  id(message: Outgoing): DeliveryId | undefined
  /** The ids that a message of the server acknowledges. It goes to `messages$` all the same. */
  acknowledged(incoming: Incoming): DeliveryId | readonly DeliveryId[] | undefined
  /** Most messages on the wire that are not acknowledged. @defaultValue 1_000 */
  readonly window?: number | undefined
}

/** What `deliver()` resolves with. */
export interface Receipt {
  /**
   * `'acknowledged'`: the server has answered with the message's id. `'written'`: it has left our buffers,
   * which proves no arrival; all that is known without `delivery`, or of a message without id.
   */
  readonly status: 'written' | 'acknowledged'
}

export interface DeliverOptions {
  /** How long the message may wait, in ms. @defaultValue the queue's `ttl` */
  readonly ttl?: number | undefined
  /** Replaces a queued message of the same key, in its place. */
  readonly key?: string | undefined
  /** How long the receipt may take, in ms. @defaultValue Infinity */
  readonly timeout?: number | undefined
  /** Gives the message up if it is still queued, and the receipt in any case. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The promise of one `deliver()`.
 *
 * @param queue - Queues the message with this fate; returns what gives it up if it is still queued. What it
 * throws, the promise rejects with.
 */
export function receipt(
  options: Pick<DeliverOptions, 'timeout' | 'signal'>,
  clock: Clock,
  queue: (fate: Fate) => (reason: 'aborted' | 'timeout') => void,
): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    checkObject('The options of deliver()', options)
    const { timeout, signal } = options
    const limit = duration('timeout', timeout, Infinity)
    checkSignal('signal', signal)
    if (signal?.aborted) throw dropped('aborted', signal)
    let isSettled = false
    const settle = (tell: () => void): void => {
      if (isSettled) return
      isSettled = true
      timers.stopAll()
      signal?.removeEventListener('abort', onAbort)
      tell()
    }
    const fate: Fate = {
      written: () => settle(() => resolve({ status: 'written' })),
      acknowledged: () => settle(() => resolve({ status: 'acknowledged' })),
      failed: (reason) => settle(() => reject(dropped(reason, signal))),
      move: (to, message, options) => {
        giveUp = to.sender.follow(message, options, fate)
      },
    }
    const timers = new Timers<'receipt'>(clock, () => end('timeout'))
    const onAbort = (): void => end('aborted')
    let giveUp = queue(fate)
    const end = (reason: 'aborted' | 'timeout'): void => {
      giveUp(reason)
      // One on the wire cannot be called back: it goes its way, and nobody waits for it.
      fate.failed(reason)
    }
    // The codec may have aborted it.
    if (signal?.aborted) onAbort()
    if (isSettled) return
    timers.start('receipt', limit)
    signal?.addEventListener('abort', onAbort)
  })
}

import { checkFunction } from '../checks.ts'
import type { Codec } from '../codec.ts'
import type { Clock } from '../environment.ts'
import { Keep, type KeepHost, type Keeping, type KeptOutbox } from './keep.ts'
import type { Store, StoredChanges, StoredMessage } from './stored-message.ts'

/**
 * Where an outbox survives its page or process: `indexedDbOutbox()` of `@holdfast/core/storage`, or a class of
 * your own that extends this one, of the same entry. It brings along how a queue is kept in it: whoever uses no storage
 * has none of that code.
 *
 * @remarks The contract, which comes as test cases too (`outboxStorageContract`). One connection uses it at a
 * time: `open()`, then `write()` any number of times, one after the other, then `close()`; it may be opened
 * again after that. When the page is hidden, and may end, one `write()` does not wait for the one before: they take effect
 * in the order of the calls. What a `write()` has resolved for is there at the next `open()`, by whoever opens it,
 * whether or not its owner could still close. A message belongs to one owner at a time: what is handed out is
 * not handed to anybody else while this owner lives.
 *
 * A method that rejects, or does not answer within 5 s, makes the outbox go on in memory, and the error is
 * told as `STORAGE`. What rejects has done nothing: a rejected `open()` holds nothing and is not closed.
 */
export abstract class OutboxStorage implements Store {
  /**
   * Takes over what is stored and nobody owns, in order.
   *
   * @param adopt - May be called at any time until `close()`, with further messages in order: their owner has
   * died. They go before all that waits.
   * @returns Messages under the orders that they have from now on; so with `adopt`. The orders that the outbox
   * puts are above 0 and rise, each above all that `open()` returned: below 0 none can meet them.
   */
  abstract open(adopt: (messages: readonly StoredMessage[]) => void): Promise<readonly StoredMessage[]>
  /** Applies all changes or none. */
  abstract write(changes: StoredChanges): Promise<void>
  /**
   * Lets go of what it holds: locks, handles, timers. What is stored stays. It may come when nothing is open,
   * and amid a call that has not answered in time, which must not take hold of anything afterwards.
   */
  abstract close(): Promise<void>

  /**
   * Keeps a queue in step with it; called by the connection.
   *
   * @internal
   * @throws HoldfastError `CONFIGURATION` where a method is missing.
   */
  keep(codec: Codec<unknown, never>, outbox: KeptOutbox, clock: Clock, host: KeepHost): Keeping {
    for (const method of ['open', 'write', 'close'] as const) {
      checkFunction(`queue.storage.${method}`, this[method])
    }
    return new Keep(this, codec, outbox, clock, host)
  }
}

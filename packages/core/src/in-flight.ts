import type { DeliveryId, DeliveryOptions } from './delivery.ts'
import type { Entry } from './entry.ts'
import { failed, type HoldfastError } from './errors.ts'

/** Messages that were written and are not acknowledged, by id: on the wire, or queued again. */
export class InFlight {
  readonly #delivery: DeliveryOptions | undefined
  readonly #onError: (error: HoldfastError) => void
  /** Several of one id where the user sends one twice. */
  readonly #byId = new Map<DeliveryId, Entry[]>()

  constructor(delivery: DeliveryOptions | undefined, onError: (error: HoldfastError) => void) {
    this.#delivery = delivery
    this.#onError = onError
  }

  add(entry: Entry): void {
    if (entry.id === undefined) return
    const same = this.#byId.get(entry.id)
    if (same === undefined) this.#byId.set(entry.id, [entry])
    // Sent again, it is here already.
    else if (!same.includes(entry)) same.push(entry)
  }

  remove(entry: Entry): void {
    if (entry.id === undefined) return
    const others = this.#byId.get(entry.id)?.filter((other) => other !== entry) ?? []
    if (others.length > 0) this.#byId.set(entry.id, others)
    else this.#byId.delete(entry.id)
  }

  /**
   * Takes out what a message of the server acknowledges; one of that id that was never written stays. Undefined for a
   * message that is no acknowledgement.
   */
  take(incoming: unknown): readonly Entry[] | undefined {
    // Out of a message: whatever its type says, it may be anything.
    const ids: unknown = this.#named(incoming)
    if (ids === undefined || ids === null) return undefined
    const list = [ids].flat()
    return list.length > 0 ? list.flatMap((id) => this.#take(id as DeliveryId)) : undefined
  }

  /** What is on the wire, in no order. */
  onWire(): Entry[] {
    return [...this.#byId.values()].flat().filter(({ status }) => status === 'written')
  }

  #named(incoming: unknown): ReturnType<DeliveryOptions['acknowledged']> {
    try {
      return this.#delivery?.acknowledged(incoming)
    } catch (cause) {
      this.#onError(failed('delivery.acknowledged', cause))
      return undefined
    }
  }

  #take(id: DeliveryId): readonly Entry[] {
    const entries = this.#byId.get(id) ?? []
    this.#byId.delete(id)
    return entries
  }
}

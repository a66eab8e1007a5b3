import type { RequestId, RequestOptions } from './request-options.ts'

/** One who waits for an answer, as far as it takes to find it. */
export interface Waiting<Incoming> {
  readonly options: RequestOptions<Incoming>
}

type IdOf<Incoming> = (incoming: Incoming) => RequestId | undefined

/** Those who wait for answers: found by id in constant time, or by asking each one's predicate. */
export class Awaited<Incoming, One extends Waiting<Incoming>> {
  readonly #all = new Set<One>()
  readonly #matching = new Set<One>()
  readonly #byId = new Map<RequestId, One[]>()
  /** Each function that reads ids, and how many wait with it. */
  readonly #readers = new Map<IdOf<Incoming>, number>()
  readonly #onThrow: (name: 'match' | 'idOf', error: unknown) => void

  constructor(onThrow: (name: 'match' | 'idOf', error: unknown) => void) {
    this.#onThrow = onThrow
  }

  get size(): number {
    return this.#all.size
  }

  has(one: One): boolean {
    return this.#all.has(one)
  }

  /** Oldest first. */
  all(): One[] {
    return [...this.#all]
  }

  add(one: One): void {
    const { id, idOf } = one.options
    this.#all.add(one)
    if (idOf === undefined) {
      this.#matching.add(one)
      return
    }
    this.#readers.set(idOf, (this.#readers.get(idOf) ?? 0) + 1)
    this.#byId.set(id, [...(this.#byId.get(id) ?? []), one])
  }

  /** Returns false where it waits no more. */
  remove(one: One): boolean {
    if (!this.#all.delete(one)) return false
    this.#matching.delete(one)
    const { id, idOf } = one.options
    if (idOf === undefined) return true
    const readers = (this.#readers.get(idOf) ?? 1) - 1
    if (readers > 0) this.#readers.set(idOf, readers)
    else this.#readers.delete(idOf)
    const others = this.#byId.get(id)?.filter((other) => other !== one) ?? []
    if (others.length > 0) this.#byId.set(id, others)
    else this.#byId.delete(id)
    return true
  }

  /** Those whom a message answers. */
  answeredBy(message: Incoming): One[] {
    return [...this.#identifiedBy(message), ...this.#matchedBy(message)]
  }

  #matchedBy(message: Incoming): One[] {
    return [...this.#matching].filter(({ options }) => {
      try {
        return options.match?.(message) ?? false
      } catch (error) {
        this.#onThrow('match', error)
        return false
      }
    })
  }

  /**
   * Functions that are made anew for every call read the same id nearly always: the first answer of any of
   * them leads to those who wait, and these have the last word. So an answer costs one look-up, however many
   * functions there are; a message that answers nobody is shown to each function once.
   */
  #identifiedBy(message: Incoming): One[] {
    let hasThrown = false
    const read = (idOf: IdOf<Incoming> | undefined): RequestId | undefined => {
      try {
        return idOf?.(message)
      } catch (error) {
        // Once a message: the others throw for the same.
        if (!hasThrown) this.#onThrow('idOf', error)
        hasThrown = true
        return undefined
      }
    }
    for (const idOf of this.#readers.keys()) {
      const id = read(idOf)
      const candidates = id === undefined ? undefined : this.#byId.get(id)
      const answered = candidates?.filter((one) => one.options.idOf === idOf || read(one.options.idOf) === id)
      if (answered?.length) return answered
    }
    return []
  }
}

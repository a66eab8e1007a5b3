/** One connection at the server, as far as the ledger needs it. */
export interface Arrivals {
  /** The newest message without a key. */
  newest: number
  readonly ids: Set<number>
}

interface Entry {
  /** It takes the place of an older one, so its id says nothing of its place. */
  readonly isKeyed: boolean
  writes: number
  arrivals: number
  isAcknowledged: boolean
  /** Who sent it was told what became of it, or gave it up. */
  told: 'dropped' | 'unconfirmed' | 'given up' | undefined
  /** Its page died, and left it to the storage: nobody knows what had been done with it. */
  isInherited: boolean
}

/** What became of each message of one client: here and at the server. It finds every promise that is broken. */
export class Ledger {
  readonly #entries = new Map<number, Entry>()
  readonly #hasDelivery: boolean
  readonly #fail: (problem: string) => void
  #newest = -1

  constructor(hasDelivery: boolean, fail: (problem: string) => void) {
    this.#hasDelivery = hasDelivery
    this.#fail = fail
  }

  /** About to be sent. */
  add(id: number, isKeyed: boolean): void {
    const entry = {
      isKeyed,
      writes: 0,
      arrivals: 0,
      isAcknowledged: false,
      told: undefined,
      isInherited: false,
    }
    this.#entries.set(id, entry)
  }

  /** It was not taken: send() has thrown. */
  remove(id: number): void {
    this.#entries.delete(id)
  }

  /** It is handed to a native socket. */
  written(id: number): void {
    const entry = this.#find(id, 'was written')
    if (!entry) return
    entry.writes += 1
    if (entry.isInherited) return
    if (entry.isAcknowledged) this.#fail(`message ${id} was written again after its acknowledgement`)
    if (entry.told === 'dropped') this.#fail(`message ${id} was told as dropped, and then written`)
    // Neither class of Node's proves that a message never left.
    if (!this.#hasDelivery && entry.writes > 1) this.#fail(`message ${id} was written twice`)
  }

  arrived(id: number, { newest, ids }: Arrivals): boolean {
    const entry = this.#find(id, 'arrived')
    if (!entry) return false
    if (ids.has(id)) this.#fail(`message ${id} came twice over one connection`)
    if (!entry.isKeyed && id < newest) this.#fail(`message ${id} came after ${newest}`)
    const isFirst = entry.arrivals === 0
    entry.arrivals += 1
    if (entry.isInherited) return !entry.isKeyed
    if (!this.#hasDelivery && !isFirst) this.#fail(`message ${id} came twice`)
    if (!this.#hasDelivery && entry.told === 'dropped')
      this.#fail(`message ${id} was told as dropped, and came`)
    // A socket that was given up may still bring what was dropped since.
    if (this.#hasDelivery && isFirst && !entry.isKeyed && entry.told === undefined) {
      if (id < this.#newest) this.#fail(`message ${id} came for the first time after ${this.#newest}`)
      this.#newest = id
    }
    return !entry.isKeyed
  }

  acknowledged(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry) entry.isAcknowledged = true
    }
  }

  dropped(id: number): void {
    const entry = this.#find(id, 'was told as dropped')
    if (!entry) return
    if (entry.told === 'dropped' && !entry.isInherited) this.#fail(`message ${id} was told as dropped twice`)
    entry.told = 'dropped'
  }

  unconfirmed(id: number): void {
    const entry = this.#find(id, 'was told as unconfirmed')
    if (entry) entry.told ??= 'unconfirmed'
  }

  /** A receipt says that it has come. */
  received(id: number): void {
    if (this.#entries.get(id)?.arrivals === 0) this.#fail(`message ${id} was acknowledged and never came`)
  }

  /** The page dies; what it had stored is sent by another. */
  inherit(): void {
    for (const entry of this.#entries.values()) entry.isInherited = true
  }

  /** A class that tells of no message alone was closed with all that had not come. */
  giveUp(): void {
    for (const entry of this.#entries.values()) entry.told ??= 'given up'
  }

  /** How many have neither come nor been told of. */
  get open(): number {
    let open = 0
    for (const { arrivals, told } of this.#entries.values())
      if (arrivals === 0 && told === undefined) open += 1
    return open
  }

  /** All is over: whatever did not come was told of. The book is empty afterwards. */
  settle(): void {
    const lost = [...this.#entries].filter(([, { arrivals, told }]) => arrivals === 0 && told === undefined)
    if (lost.length > 0) {
      const ids = lost.slice(0, 10).map(([id]) => id)
      this.#fail(`${lost.length} messages were lost in silence: ${ids.join(', ')}`)
    }
    this.#entries.clear()
  }

  #find(id: number, what: string): Entry | undefined {
    const entry = this.#entries.get(id)
    if (!entry) this.#fail(`message ${id} ${what}, and nobody has sent it`)
    return entry
  }
}

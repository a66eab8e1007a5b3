const NOBODY = -1

/**
 * Who does what when, for millions: a linked list of clients for each ms, in two arrays of numbers. A heap would
 * cost a comparison for each doubling of the crowd, and an object for each client.
 */
export class Agenda {
  readonly #first: Int32Array
  readonly #next: Int32Array
  #size = 0

  /** For times below `horizon`, and clients from 0 to `clients` - 1, each noted once at a time. */
  constructor(clients: number, horizon: number) {
    this.#first = new Int32Array(horizon).fill(NOBODY)
    this.#next = new Int32Array(clients)
  }

  /** How many are noted. */
  get size(): number {
    return this.#size
  }

  /** Notes a client. What lies behind the horizon is forgotten. */
  add(client: number, time: number): void {
    if (time >= this.#first.length) return
    this.#next[client] = this.#first[time] ?? NOBODY
    this.#first[time] = client
    this.#size += 1
  }

  /** Strikes out and visits all of one ms. A visit may note its client anew, for a later one. */
  take(time: number, visit: (client: number) => void): void {
    let client = this.#first[time] ?? NOBODY
    this.#first[time] = NOBODY
    while (client !== NOBODY) {
      // Read first: the visit may overwrite it.
      const next = this.#next[client] ?? NOBODY
      this.#size -= 1
      visit(client)
      client = next
    }
  }
}

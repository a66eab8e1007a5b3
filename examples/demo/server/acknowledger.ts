/** Collects the numbers that one client is owed, and answers them together: a flood needs few answers. */
export class Acknowledger<Client> {
  readonly #owed = new Map<Client, number[]>()
  readonly #answer: (client: Client, ids: readonly number[]) => void

  constructor(answer: (client: Client, ids: readonly number[]) => void) {
    this.#answer = answer
  }

  add(client: Client, id: number): void {
    const ids = this.#owed.get(client)
    if (ids) {
      ids.push(id)
      return
    }
    this.#owed.set(client, [id])
    setImmediate(() => {
      const owed = this.#owed.get(client) ?? []
      this.#owed.delete(client)
      this.#answer(client, owed)
    })
  }
}

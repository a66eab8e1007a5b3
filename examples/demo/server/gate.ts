import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { Passage } from './passage.ts'

/** A TCP port in front of the room, with faults. Clients know only this port. */
export class Gate {
  readonly #roomPort: number
  readonly #passages = new Set<Passage>()
  #port = 0
  #server: Server | undefined
  #reopening: NodeJS.Timeout | undefined
  #refusedUntil: number | null = null
  #isReading = true
  #isSlow = false
  #holeSince = 0
  #isClosed = false

  private constructor(roomPort: number) {
    this.#roomPort = roomPort
  }

  static async open(roomPort: number): Promise<Gate> {
    const gate = new Gate(roomPort)
    await gate.#listen()
    return gate
  }

  get port(): number {
    return this.#port
  }

  get connections(): number {
    return this.#passages.size
  }

  get refusedUntil(): number | null {
    return this.#refusedUntil
  }

  get isReading(): boolean {
    return this.#isReading
  }

  get isSlow(): boolean {
    return this.#isSlow
  }

  get blackHole(): { since: number; connections: number } | null {
    const connections = this.#holes().length
    // A cut empties it too.
    return connections > 0 ? { since: this.#holeSince, connections } : null
  }

  /** Resets every connection. Returns how many there were. */
  cut(): number {
    return this.#reset([...this.#passages])
  }

  /** Stops listening: who connects gets ECONNREFUSED. Open connections are left alone. */
  refuse(forMs: number): void {
    clearTimeout(this.#reopening)
    this.#server?.close()
    this.#server = undefined
    this.#refusedUntil = Date.now() + forMs
    this.#reopening = setTimeout(() => this.#reopen(), forMs)
  }

  /** For all connections, the coming ones too: their handshakes hang. */
  setReading(isReading: boolean): void {
    this.#isReading = isReading
    for (const passage of this.#passages) if (!passage.isHole) passage.setReading(isReading)
  }

  /** For all connections, the coming ones too: few bytes a second, and each of them late. */
  setSlow(isSlow: boolean): void {
    this.#isSlow = isSlow
    for (const passage of this.#passages) passage.setSlow(isSlow)
  }

  /** Takes every connection of this moment into the hole; those that come later are well. Returns how many. */
  openHole(): number {
    if (this.blackHole === null) this.#holeSince = Date.now()
    const passages = [...this.#passages]
    for (const passage of passages) passage.swallow()
    return passages.length
  }

  /** Resets what is in the hole: a stream with missing bytes cannot go on. Returns how many. */
  closeHole(): number {
    return this.#reset(this.#holes())
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#reopening)
    const server = this.#server
    this.cut()
    if (!server?.listening) return
    server.close()
    await once(server, 'close')
  }

  async #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const faults = { isReading: this.#isReading, isSlow: this.#isSlow }
      const passage = new Passage(client, this.#roomPort, faults, () => this.#passages.delete(passage))
      this.#passages.add(passage)
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The gate has no TCP port.')
    this.#port = address.port
    this.#server = server
  }

  #reopen(): void {
    this.#listen().then(
      () => {
        this.#refusedUntil = null
        if (this.#isClosed) this.#server?.close()
      },
      // The port may be taken by somebody else for a moment: clients know no other, so wait for it.
      () => {
        if (!this.#isClosed) this.#reopening = setTimeout(() => this.#reopen(), 250)
      },
    )
  }

  #holes(): Passage[] {
    return [...this.#passages].filter((passage) => passage.isHole)
  }

  #reset(passages: readonly Passage[]): number {
    for (const passage of passages) {
      passage.reset()
      this.#passages.delete(passage)
    }
    return passages.length
  }
}

import { connect, type Socket } from 'node:net'

/** One client's TCP connection and the room's end of it, with the faults that can be done between them. */
export class Passage {
  readonly #client: Socket
  readonly #room: Socket
  #isReading: boolean
  #isHole = false

  constructor(client: Socket, roomPort: number, isReading: boolean, onEnd: () => void) {
    this.#client = client
    this.#room = connect({ port: roomPort, host: '127.0.0.1', allowHalfOpen: true })
    this.#isReading = isReading
    this.#carry(client, this.#room, () => this.#isReading)
    this.#carry(this.#room, client, () => true)
    if (!isReading) client.pause()
    client.once('close', () => {
      // What is in the hole stays in it: the room learns nothing of the client's end.
      if (this.#isHole) return
      this.#room.destroy()
      onEnd()
    })
    this.#room.once('close', () => {
      if (!this.#isHole) client.destroySoon()
    })
  }

  get isHole(): boolean {
    return this.#isHole
  }

  /** While false nothing is taken from the client: kernel buffers fill, then its `bufferedAmount` grows. */
  setReading(isReading: boolean): void {
    this.#isReading = isReading
    if (isReading) this.#client.resume()
    else this.#client.pause()
  }

  /** From now on every byte and every FIN vanishes, in both directions, while TCP says all is well. */
  swallow(): void {
    this.#isHole = true
    this.#client.resume()
    this.#room.resume()
  }

  /** A TCP reset for the client, and the end for the room. */
  reset(): void {
    this.#client.resetAndDestroy()
    this.#room.destroy()
  }

  #carry(from: Socket, to: Socket, mayRead: () => boolean): void {
    from.setNoDelay(true)
    // Resets are what this class is for; 'close' follows every 'error'.
    from.on('error', () => {})
    from.on('data', (chunk) => {
      if (!this.#isHole && !to.write(chunk)) from.pause()
    })
    to.on('drain', () => {
      if (mayRead()) from.resume()
    })
    from.on('end', () => {
      if (!this.#isHole) to.end()
    })
  }
}

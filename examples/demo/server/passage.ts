import { connect, type Socket } from 'node:net'
import { type Pace, Pipe } from './pipe.ts'

/** What a phone gets on 2G: 50 kbit/s up, 250 kbit/s down, 300 ms there and back. */
const UP_2G: Pace = { rate: 6_250, latency: 150 }
const DOWN_2G: Pace = { rate: 31_250, latency: 150 }

/** The faults of the gate into which a connection comes. */
export interface PassageFaults {
  readonly isReading: boolean
  readonly isSlow: boolean
}

/** One client's TCP connection and the room's end of it, with the faults that can be done between them. */
export class Passage {
  readonly #client: Socket
  readonly #room: Socket
  readonly #up: Pipe
  readonly #down: Pipe
  #isReading: boolean
  #isHole = false

  constructor(client: Socket, roomPort: number, { isReading, isSlow }: PassageFaults, onEnd: () => void) {
    this.#client = client
    this.#room = connect({ port: roomPort, host: '127.0.0.1', allowHalfOpen: true })
    this.#isReading = isReading
    this.#up = new Pipe(client, this.#room, isSlow ? UP_2G : null, () => this.#isReading)
    this.#down = new Pipe(this.#room, client, isSlow ? DOWN_2G : null, () => true)
    this.#carry(client, this.#up)
    this.#carry(this.#room, this.#down)
    if (!isReading) client.pause()
    client.once('close', () => {
      // What is in the hole stays in it: the room learns nothing of the client's end.
      if (this.#isHole) return
      this.#clear()
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

  setSlow(isSlow: boolean): void {
    this.#up.setPace(isSlow ? UP_2G : null)
    this.#down.setPace(isSlow ? DOWN_2G : null)
  }

  /** From now on every byte and every FIN vanishes, in both directions, while TCP says all is well. */
  swallow(): void {
    this.#isHole = true
    this.#clear()
    this.#client.resume()
    this.#room.resume()
  }

  /** A TCP reset for the client, and the end for the room. */
  reset(): void {
    this.#clear()
    this.#client.resetAndDestroy()
    this.#room.destroy()
  }

  #clear(): void {
    this.#up.clear()
    this.#down.clear()
  }

  #carry(from: Socket, pipe: Pipe): void {
    from.on('data', (chunk) => {
      if (!this.#isHole) pipe.push(chunk)
    })
    from.on('end', () => {
      if (!this.#isHole) pipe.end()
    })
  }
}

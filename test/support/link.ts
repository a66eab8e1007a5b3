import { connect, Socket } from 'node:net'
import { reset } from './ending.ts'
import { type Line, Pipe } from './pipe.ts'

/** One client's connection through the proxy: two sockets, and a pipe each way. */
export class Link {
  readonly client: Socket
  readonly server: Socket
  readonly #up: Pipe
  readonly #down: Pipe

  constructor(client: Socket, target: { port: number; host: string }, up: Line, down: Line) {
    this.client = client
    // Whoever dials into a black hole never reaches the server, not even with a handshake of TCP.
    this.server = up.hole ? new Socket() : connect({ ...target, allowHalfOpen: true, noDelay: true })
    // Their 'close' event, which always follows, is what the pipes act upon.
    this.client.on('error', () => {})
    this.server.on('error', () => {})
    this.#up = new Pipe(this.client, this.server, up)
    this.#down = new Pipe(this.server, this.client, down)
    if (up.hole) this.#up.lose()
  }

  update(): void {
    this.#up.update()
    this.#down.update()
  }

  /** RST to both ends: as when a NAT forgets the connection. */
  reset(): void {
    this.#stop()
    reset(this.client)
    reset(this.server)
  }

  /** FIN to both ends, without any close frame: as when a proxy in between is restarted. */
  cut(): void {
    this.#stop()
    this.client.end()
    // One that was never dialled has nothing to end, and would wait for its connection for ever.
    if (this.server.pending) this.server.destroy()
    else this.server.end()
  }

  destroy(): void {
    this.#stop()
    this.client.destroy()
    this.server.destroy()
  }

  #stop(): void {
    this.#up.stop()
    this.#down.stop()
  }
}

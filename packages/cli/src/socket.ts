import type { WebSocketConstructor } from '@holdfast/core'
import { WebSocket } from 'ws'
import { failureOf } from './failure.ts'
import type { Ledger } from './ledger.ts'

export interface SocketOptions {
  /** Asked at each dial. */
  readonly headers: () => Readonly<Record<string, string>>
  /** How long a socket may be silent before it is asked, and again before it is given up, in ms. */
  readonly ping: number
  readonly ledger: Ledger
}

/** The class of `ws`, which also finds out by pings what the server has read, and whether it is there. */
export function socketClass({ headers, ping, ledger }: SocketOptions): WebSocketConstructor {
  return class PingingWebSocket extends WebSocket {
    #sent = 0
    #confirmed = 0
    /** What the pong to come will confirm. */
    #asked: number | undefined
    #isPingDue = false
    #closedWith: number | undefined
    #buffered = 0
    #watch: NodeJS.Timeout | undefined

    constructor(url: string, protocols?: string[]) {
      super(url, protocols, { headers: { ...headers() } })
      ledger.failure = undefined
      this.on('error', (error) => {
        ledger.failure = failureOf(error)
      })
      this.on('open', () => this.#rest())
      this.on('message', () => this.#rest())
      this.on('pong', (data) => this.#answered(String(data)))
      this.addEventListener('close', ({ code, wasClean }) => {
        clearTimeout(this.#watch)
        // An answer to our close frame comes after all that we sent was read.
        if (wasClean && code === this.#closedWith) this.#confirm(this.#sent)
      })
    }

    override send(data: never): void {
      super.send(data)
      this.#sent += 1
      ledger.send()
      this.#askSoon()
    }

    override close(code?: number, reason?: string): void {
      if (this.readyState === WebSocket.OPEN) this.#closedWith = code
      super.close(code, reason)
    }

    /** One ping for all that is sent in this turn, and one on its way at a time. */
    #askSoon(): void {
      if (this.#isPingDue || this.#asked !== undefined) return
      this.#isPingDue = true
      setImmediate(() => {
        this.#isPingDue = false
        this.#ask()
      })
    }

    #ask(): void {
      if (this.readyState !== WebSocket.OPEN) return
      this.#asked = this.#sent
      this.ping(String(this.#asked))
      this.#buffered = this.bufferedAmount
      // The answer has all the time, however long it was silent before.
      this.#rest()
    }

    #answered(data: string): void {
      this.#rest()
      // RFC 6455 §5.5.3 allows pongs that nobody asked for.
      if (this.#asked === undefined || data !== String(this.#asked)) return
      this.#confirm(this.#asked)
      this.#asked = undefined
      if (this.#sent > this.#confirmed) this.#askSoon()
    }

    #confirm(count: number): void {
      ledger.confirm(count - this.#confirmed)
      this.#confirmed = count
    }

    /** A sign of life: the silence counts anew. */
    #rest(): void {
      clearTimeout(this.#watch)
      if (ping === Infinity || this.readyState !== WebSocket.OPEN) return
      this.#watch = setTimeout(() => this.#onSilence(), ping)
    }

    #onSilence(): void {
      if (this.#asked === undefined) return this.#ask()
      // On a slow line the ping waits behind what was sent before it.
      const isLeaving = this.bufferedAmount < this.#buffered
      this.#buffered = this.bufferedAmount
      if (isLeaving) return this.#rest()
      ledger.failure = 'no answer'
      this.terminate()
    }
  }
}

import {
  type Auth,
  type ClosedState,
  type Connection,
  type ConnectionEvent,
  type ConnectionState,
  connect,
  fullJitter,
  type RawIncoming,
  type RawOutgoing,
} from '@holdfast/core'
import type { Settings } from './arguments.ts'
import { carrierOf } from './carrier.ts'
import { Ledger } from './ledger.ts'
import { socketClass } from './socket.ts'
import type { Standing } from './status.ts'

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** What it came to, and why. */
export interface Outcome {
  /** The end of the input, the connection's own end, or a signal. */
  readonly by: 'input' | 'connection' | Signal
  /** How the connection ended by itself. */
  readonly closed?: ClosedState
  readonly unsent: number
  /** Given to a socket, without proof that the server has read them. */
  readonly unconfirmed: number
}

export interface SessionListeners {
  readonly onMessage: (data: string | ArrayBuffer) => void
  readonly onEvent: (event: ConnectionEvent) => void
  /** It was interrupted, and says goodbye to the server; another interrupt ends that. */
  readonly onGoodbye: () => void
}

/** Above either there is no room for another line, which then stays where it comes from. */
const FULL = { messages: 5_000, bytes: 1024 * 1024 }
const MAX_BYTES = 64 * 1024 * 1024
/** A server may have much to read before it sees our close frame. In ms. */
const CLOSE_TIMEOUT = 10_000

/** Close codes that mean: not you, or not so (docs/close-codes.md). */
export const REFUSALS: ReadonlySet<number> = new Set([1008, 1010, 3000, 3003, 4400, 4401, 4403, 4406])

/** One connection, from the command line to the exit code. */
export class Session {
  readonly ledger: Ledger = new Ledger()
  readonly outcome: Promise<Outcome>
  readonly #connection: Connection<RawIncoming, RawOutgoing>
  readonly #wait: number
  readonly #onGoodbye: () => void
  #settle: (outcome: Outcome) => void = () => {}
  #isInputOver = false
  #isLeaving = false
  #signal: Signal | undefined
  #waitTimer: NodeJS.Timeout | undefined
  #onRoom: ((hasRoom: boolean) => void) | undefined

  /** @throws HoldfastError `CONFIGURATION`, `INSECURE` */
  constructor(settings: Settings, listeners: SessionListeners) {
    this.#wait = settings.wait
    this.#onGoodbye = listeners.onGoodbye
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    const headers: Record<string, string> = { ...settings.headers }
    const WebSocket = socketClass({ headers: () => headers, ping: settings.ping, ledger: this.ledger })
    this.#connection = connect(settings.url, {
      protocols: [...settings.protocols],
      binaryType: 'arraybuffer',
      ...authOf(settings, headers),
      reconnect: reconnectOf(settings.retry),
      closeTimeout: CLOSE_TIMEOUT,
      queue: { maxBytes: MAX_BYTES },
      environment: { WebSocket },
    })
    // With `binaryType` 'arraybuffer' no Blob comes.
    this.#connection.messages$.subscribe((data) => listeners.onMessage(data as string | ArrayBuffer))
    this.#connection.events$.subscribe(listeners.onEvent)
    this.#connection.outbox$.subscribe(() => this.#check())
    this.#connection.state$.subscribe(() => this.#check())
  }

  get connection(): Pick<Connection<RawIncoming, RawOutgoing>, 'state' | 'outbox'> {
    return this.#connection
  }

  get unconfirmed(): number {
    // What the core has taken back from a socket is queued, and sent again.
    return Math.max(0, this.ledger.inDoubt - this.#connection.outbox.recovered)
  }

  get hasRoom(): boolean {
    return !this.#isLeaving && this.#isBelow(FULL.messages, FULL.bytes)
  }

  /** Resolves when there is room; with false when there will be none any more. One call at a time. */
  room(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#onRoom = resolve
      this.#check()
    })
  }

  /** @throws HoldfastError `CLOSED`, `OVERFLOW` */
  send(line: string): void {
    this.#connection.send(line)
  }

  /** Nothing more will be sent: ends once everything has been, however long the server is away. */
  finish(): void {
    this.#isInputOver = true
    this.#check()
  }

  /** Closes as soon as possible; the second time it does not wait for anything. */
  interrupt(signal: Signal): void {
    if (this.#signal !== undefined) {
      const { queued } = this.#connection.outbox
      return this.#settle({ by: signal, unsent: queued, unconfirmed: this.unconfirmed })
    }
    this.#signal = signal
    void this.#leave()
    if (this.#connection.state.status === 'closing') this.#onGoodbye()
  }

  /** Closes as soon as possible: nobody reads what comes. */
  stop(): void {
    void this.#leave()
  }

  #check(): void {
    const { state, outbox } = this.#connection
    if (state.status === 'closed' && state.by !== 'user') return void this.#leave(state)
    if (this.#onRoom && (this.#isLeaving || this.#isBelow(FULL.messages / 2, FULL.bytes / 2))) {
      this.#onRoom(!this.#isLeaving)
      this.#onRoom = undefined
    }
    if (!this.#isInputOver || this.#waitTimer || state.status !== 'open' || outbox.queued > 0) return
    if (this.#wait === 0) return void this.#leave()
    // A timer ends after 2³¹−1 ms at the latest; no such wait was asked for.
    const wait = Math.min(this.#wait, 2 ** 31 - 1)
    this.#waitTimer = setTimeout(() => this.#leave(), wait)
  }

  #isBelow(messages: number, bytes: number): boolean {
    const { queued, queuedBytes } = this.#connection.outbox
    return queued < messages && queuedBytes < bytes
  }

  /** @param closed - How the connection has ended by itself. */
  async #leave(closed?: ClosedState): Promise<void> {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#onRoom?.(false)
    clearTimeout(this.#waitTimer)
    const { undelivered } = await this.#connection.close(1000)
    const end = closed ?? refusedBy(this.#connection.state)
    const hasEnded = end !== undefined && !this.#isFinishedBy(end, undelivered.length)
    this.#settle({
      by: this.#signal ?? (hasEnded ? 'connection' : 'input'),
      ...(hasEnded ? { closed: end } : {}),
      unsent: undelivered.length,
      unconfirmed: this.unconfirmed,
    })
  }

  /** The server has closed on purpose, after all was sent: as good as our own end. */
  #isFinishedBy({ code, wasClean }: ClosedState, undelivered: number): boolean {
    return this.#isInputOver && code === 1000 && wasClean && undelivered === 0
  }
}

/** The server's close frame has crossed ours, and says that no later try would be any better. */
function refusedBy(state: ConnectionState): ClosedState | undefined {
  const isRefused = state.status === 'closed' && state.wasClean && REFUSALS.has(state.code)
  return isRefused ? { ...state, by: 'verdict' } : undefined
}

/** What there is to tell of a session beside the state of its connection. */
export function standingOf({ connection, ledger, unconfirmed }: Session, { url }: Settings): Standing {
  // The host alone: a query may have secrets.
  return { host: new URL(url).host, outbox: connection.outbox, unconfirmed, failure: ledger.failure }
}

function authOf(settings: Settings, headers: Record<string, string>): { auth?: Auth } {
  const { token, via, allowInsecure } = settings
  if (token === undefined) return {}
  // There is but this one token: a server that refuses it will do so again.
  return { auth: { token: () => token, via: carrierOf(via, headers), allowInsecure, maxRefusals: 1 } }
}

function reconnectOf(retry: number): false | object {
  if (retry === 0) return false
  return { backoff: fullJitter({ base: 1_000, cap: 30_000 }), maxAttempts: retry }
}

import type { RawData, WebSocket } from 'ws'
import type { Ask } from '../shared/messages.ts'
import type { Market } from './market.ts'

/** Bytes that may wait for a slow reader. Beyond, it gets the newest of each symbol once it has read them. */
const MAX_WAITING = 64 * 1024
/** Before all quotes. */
const NOTHING = -1
/** Unsupported data. */
const UNSUPPORTED = 1003

/** One connection, and how far it is in each group that it asked for. */
export class Subscriber {
  readonly #socket: WebSocket
  readonly #market: Market
  readonly #after = new Map<string, number>()
  /** Groups that it asked for although it had them: a client that restores twice. */
  repeated = 0

  constructor(socket: WebSocket, market: Market) {
    this.#socket = socket
    this.#market = market
    socket.on('message', (data) => this.#hear(data))
    // ws tells of a reset here too; 'close' follows.
    socket.on('error', () => {})
  }

  get groups(): readonly string[] {
    return [...this.#after.keys()]
  }

  /** Sends what is new, unless the reader is behind: then it is sent later, and only the newest of it. */
  flush(): void {
    for (const group of this.#after.keys()) this.#flush(group)
  }

  #flush(group: string): void {
    if (this.#socket.bufferedAmount > MAX_WAITING) return
    for (const { quote, text } of this.#market.since(group, this.#after.get(group) ?? NOTHING)) {
      this.#socket.send(text, () => {})
      this.#after.set(group, quote.seq)
    }
  }

  #hear(data: RawData): void {
    const ask = askFrom(String(data))
    if (ask?.type === 'ping') return this.#socket.send('{"type":"pong"}', () => {})
    if (ask === undefined || !this.#market.has(ask.group))
      return this.#socket.close(UNSUPPORTED, 'No such message or group')
    if (ask.type === 'unsubscribe') {
      this.#after.delete(ask.group)
      return
    }
    if (this.#after.has(ask.group)) this.repeated += 1
    this.#after.set(ask.group, ask.type === 'resume' ? ask.after : NOTHING)
    this.#flush(ask.group)
  }
}

function askFrom(text: string): Ask | undefined {
  const { type, group, after } = recordFrom(text)
  if (type === 'ping') return { type }
  if (typeof group !== 'string') return undefined
  if (type === 'subscribe' || type === 'unsubscribe') return { type, group }
  if (type === 'resume' && typeof after === 'number') return { type, group, after }
  return undefined
}

function recordFrom(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

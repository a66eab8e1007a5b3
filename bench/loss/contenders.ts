import { type ConnectionOptions, connect, type WebSocketConstructor } from '@holdfast/core'
import { listenedTo, peers } from '../peers.ts'

/** What a client told its user of messages that may be lost. */
export interface Told {
  /** By the message. */
  readonly ids: readonly number[]
  /** By number alone. */
  readonly more: number
}

export interface Sender {
  send(message: string): unknown
  /** Ends it; of what did not go out any more it tells too, where it does. */
  end(): Promise<Told>
}

export interface Contender {
  readonly name: string
  start(url: string, WebSocket: WebSocketConstructor): Sender
}

/** As many as the others take. */
const ENDLESS = { maxMessages: Infinity, maxBytes: Infinity }
const ACKNOWLEDGEMENT = 'ack:'
/** Nobody can notice a black hole without asking. */
const PING = 'ping'
export const PONG = 'pong'

export function message(id: number, size: number): string {
  return `${id};`.padEnd(size, '.')
}

/** NaN for what is no message of the bench. */
export function idOf(data: unknown): number {
  return Number.parseInt(String(data), 10)
}

export function acknowledgement(id: number): string {
  return `${ACKNOWLEDGEMENT}${id}`
}

function ours(name: string, options: ConnectionOptions): Contender {
  return {
    name,
    start(url, WebSocket) {
      const heartbeat = { message: () => PING, isReply: (incoming: unknown) => incoming === PONG }
      const connection = connect(url, { ...options, heartbeat, queue: ENDLESS, environment: { WebSocket } })
      const ids: number[] = []
      let more = 0
      connection.events$.subscribe((event) => {
        if (event.type === 'dropped') ids.push(idOf(event.message))
        if (event.type !== 'unconfirmed') return
        ids.push(...event.messages.map(idOf))
        more += event.older
      })
      return {
        send: (text) => connection.send(text),
        async end() {
          const { undelivered, unconfirmed } = await connection.close()
          ids.push(...undelivered.map(idOf), ...unconfirmed.map(idOf))
          return { ids, more }
        },
      }
    },
  }
}

const delivery: NonNullable<ConnectionOptions['delivery']> = {
  id: (text) => idOf(text),
  acknowledged: (incoming) => {
    const text = String(incoming)
    return text.startsWith(ACKNOWLEDGEMENT) ? Number(text.slice(ACKNOWLEDGEMENT.length)) : undefined
  },
}

/** Ours twice, then the others, each with its defaults. They have nothing that tells of a loss. */
export async function contenders(): Promise<Contender[]> {
  const others = (await peers()).map(({ name, connect }): Contender => {
    return {
      name,
      start(url, WebSocket) {
        const socket = connect(url, listenedTo(WebSocket), {})
        return {
          send: (text) => socket.send(text),
          async end() {
            socket.close()
            return { ids: [], more: 0 }
          },
        }
      },
    }
  })
  return [ours('holdfast, acknowledgements', { delivery }), ours('holdfast', {}), ...others]
}

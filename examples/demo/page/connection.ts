import {
  type Auth,
  type Codec,
  type Connection,
  type ConnectionOptions,
  connect,
  type Environment,
  fullJitter,
  json,
} from '@holdfast/core'
import {
  type ClientMessage,
  isAcknowledgement,
  isClientMessage,
  isPong,
  PING,
  type ServerMessage,
} from '../shared/room-messages.ts'
import { ROOM_PROTOCOL } from '../shared/sign-in.ts'

export type RoomConnection = Connection<ServerMessage, ClientMessage>

export interface RoomOptions extends ConnectionOptions {
  readonly codec: Codec<ServerMessage, ClientMessage>
}

/** Bytes of the native `bufferedAmount` up to which the library writes; its default, named for the chart. */
export const HIGH_WATER_MARK = 256 * 1024

/** All that an application needs to write to get what this page shows; the React and Vue panels use it too. */
export function roomOptions(auth: Auth, environment: Partial<Environment>): RoomOptions {
  return {
    codec: json<ServerMessage, ClientMessage>(),
    // The room chooses this one, also where the token travels as another.
    protocols: ROOM_PROTOCOL,
    auth,
    // The room answers every number, and knows those that it has had: nothing is lost, and nothing done twice.
    delivery: {
      id: (message) => (isClientMessage(message) ? message.id : undefined),
      acknowledged: (incoming) => acknowledgedBy(incoming),
      // 1,000 by default: here a flood is to fill the native buffer, and the room remembers enough of it.
      window: 10_000,
    },
    reconnect: { backoff: fullJitter({ base: 2_000, cap: 6_000 }) },
    // 25 s and 10 s by default: a demo should not make you wait, and has a button for a server that is slow.
    heartbeat: { message: () => PING, isReply: isPong, interval: 3_000, timeout: 12_000 },
    environment,
    // Room for several floods during an outage; then send() throws OVERFLOW, and the page says so.
    queue: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024, highWaterMark: HIGH_WATER_MARK },
  }
}

function acknowledgedBy(incoming: unknown): readonly number[] | undefined {
  return isAcknowledgement(incoming) ? incoming.ids : undefined
}

/** The plain connection of the page. */
export function joinRoom(url: string, auth: Auth, environment: Partial<Environment>): RoomConnection {
  return connect(url, roomOptions(auth, environment))
}

/** The same, as the page shows it. */
export const CODE_SHOWN = `import { connect, firstMessage, fullJitter, json } from '@holdfast/core'

const connection = connect(url, {
  codec: json<ServerMessage, ClientMessage>(),
  protocols: 'room.v1',
  auth: {
    token: ({ signal }) => fetchToken(signal), // { value, expiresAt }
    via: firstMessage({
      create: (token) => ({ type: 'sign-in', token }),
      accepted: ({ type }) => type === 'signed-in',
      refused: ({ type }) => type === 'refused',
    }),
  },
  delivery: {
    id: (message) => message.id,
    acknowledged: (incoming) => (incoming.type === 'ack' ? incoming.ids : undefined),
  },
  reconnect: { backoff: fullJitter({ base: 2_000, cap: 6_000 }) },
  heartbeat: {
    message: () => ({ type: 'ping' }),
    isReply: ({ type }) => type === 'pong',
    interval: 3_000,
    timeout: 12_000,
  },
  queue: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024 },
})

connection.state$.subscribe(showState)
connection.messages$.subscribe(showMessage)
connection.send({ type: 'say', id: 1, text: 'Hello' })`

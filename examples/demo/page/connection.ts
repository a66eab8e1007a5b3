import { type Connection, connect, fullJitter, json } from '@holdfast/core'
import type { ClientMessage, ServerMessage } from '../shared/room-messages.ts'

export type RoomConnection = Connection<ServerMessage, ClientMessage>

/** Bytes of the native `bufferedAmount` up to which the library writes; its default, named for the chart. */
export const HIGH_WATER_MARK = 256 * 1024

/** All that an application needs to write to get what this page shows; the React and Vue panels use it too. */
export const ROOM_OPTIONS = {
  codec: json<ServerMessage, ClientMessage>(),
  reconnect: { backoff: fullJitter({ base: 2_000, cap: 6_000 }) },
  // Room for several floods during an outage; then send() throws OVERFLOW, and the page says so.
  queue: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024, highWaterMark: HIGH_WATER_MARK },
}

/** The room's address for somebody: it names them after this id, so that after a reconnect they are the same. */
export function roomUrlFor(roomUrl: string, member: string): string {
  const url = new URL(roomUrl)
  url.searchParams.set('member', member)
  return url.href
}

/** The plain connection of the page. */
export function joinRoom(url: string): RoomConnection {
  return connect(url, ROOM_OPTIONS)
}

/** The same, as the page shows it. */
export const CODE_SHOWN = `import { connect, fullJitter, json } from '@holdfast/core'

const connection = connect(url, {
  codec: json<ServerMessage, ClientMessage>(),
  reconnect: { backoff: fullJitter({ base: 2_000, cap: 6_000 }) },
  queue: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024 },
})

connection.state$.subscribe(showState)
connection.messages$.subscribe(showMessage)
connection.send({ type: 'say', id: 1, text: 'Hello' })`

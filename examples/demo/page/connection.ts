import { type Connection, connect, fullJitter, json } from '@holdfast/core'
import type { ClientMessage, ServerMessage } from '../shared/room-messages.ts'

export type RoomConnection = Connection<ServerMessage, ClientMessage>

/** Bytes of the native `bufferedAmount` up to which the library writes; its default, named for the chart. */
export const HIGH_WATER_MARK = 256 * 1024

/** All that an application needs to write to get what this page shows. */
export function joinRoom(roomUrl: string): RoomConnection {
  const url = new URL(roomUrl)
  // The room names us after this id: after a reconnect we are the same person.
  url.searchParams.set('member', crypto.randomUUID())
  return connect(url, {
    codec: json<ServerMessage, ClientMessage>(),
    reconnect: { backoff: fullJitter({ base: 2_000, cap: 6_000 }) },
    // Room for several floods during an outage; then send() throws OVERFLOW, and the page says so.
    queue: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024, highWaterMark: HIGH_WATER_MARK },
  })
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

import type { RawIncoming, RawOutgoing } from './codec.ts'
import type { ConnectionEvent } from './events.ts'
import type { TypedOptions } from './options.ts'
import type { ReconnectingWebSocket } from './reconnecting-websocket.ts'

/**
 * The options of `connect()`, but for codec and schema, since messages are what the native class takes and gives;
 * and `onEvent`.
 *
 * @remarks With `lazy` it dials at the first `send()` or `open()`, and stays.
 */
export interface WebSocketOptions extends Omit<TypedOptions<RawIncoming, RawOutgoing>, 'idleTimeout'> {
  /**
   * Told all that happens, as `events$` of `connect()` tells it: so which messages were given up or may not have
   * arrived, of which there is no DOM event. Called at once, also within a call of yours that causes it. What it
   * throws is reported, and changes nothing.
   */
  readonly onEvent?: ((event: ConnectionEvent, socket: ReconnectingWebSocket) => void) | undefined
}

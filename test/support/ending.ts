import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/**
 * `resetAndDestroy()` for a socket in any state. While a FIN is on its way out libuv refuses the reset (EINVAL), and
 * Node 20 takes the handle for closed nevertheless: no 'close' ever comes, and the process spins at its exit.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy()
  else socket.resetAndDestroy()
}

/** Unlike `once(emitter, 'close')` it does not reject when an error comes first. */
export function closed(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => emitter.once('close', () => resolve()))
}

import type { WebSocketConstructor } from '@holdfast/core'
import { type Recording, recorded } from './recorded-socket.ts'

const CONNECTING = 0
const OPEN = 1

export interface Watch extends Recording {
  /** What was done that must never be: a second socket beside a live one, a message for one that is not open. */
  readonly wrong: readonly string[]
}

/** The class, with a book of what its sockets were given, and an eye on how they are used. */
export function watched(Native: WebSocketConstructor): Watch {
  const { WebSocket, sockets } = recorded(Native)
  const wrong: string[] = []
  class WatchedSocket extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      const live = sockets.filter(({ readyState }) => readyState === CONNECTING || readyState === OPEN)
      if (live.length > 0) wrong.push(`socket ${sockets.length} was made beside ${live.length} live ones`)
      super(url, protocols)
    }

    override send(data: never): void {
      if (this.readyState !== OPEN) wrong.push(`${data} was sent while readyState was ${this.readyState}`)
      super.send(data)
    }
  }
  return { WebSocket: WatchedSocket, sockets, wrong, peak: 0 }
}

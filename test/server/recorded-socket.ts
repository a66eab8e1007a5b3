import type { WebSocketConstructor, WebSocketLike } from '@holdfast/core'

export interface RecordedSocket extends WebSocketLike {
  /** Everything handed to this socket, in order. */
  readonly sent: readonly unknown[]
  /** Listeners that were added and not removed. */
  readonly listening: number
}

export interface Recording {
  readonly WebSocket: WebSocketConstructor
  /** Every socket ever made, oldest first. */
  readonly sockets: readonly RecordedSocket[]
  /** The highest `bufferedAmount` that any socket showed right after a send. */
  readonly peak: number
}

/** The class, with a book of what its sockets were given. */
export function recorded(Native: WebSocketConstructor): Recording {
  const sockets: RecordedSocket[] = []
  let peak = 0
  class RecordingSocket extends Native implements RecordedSocket {
    readonly sent: unknown[] = []
    listening = 0

    constructor(url: string, protocols?: string[]) {
      super(url, protocols)
      sockets.push(this)
    }

    override send(data: never): void {
      super.send(data)
      this.sent.push(data)
      peak = Math.max(peak, this.bufferedAmount ?? 0)
    }

    override addEventListener(type: string, listener: never): void {
      super.addEventListener(type, listener)
      this.listening += 1
    }

    override removeEventListener(type: string, listener: never): void {
      super.removeEventListener(type, listener)
      this.listening -= 1
    }
  }
  return {
    WebSocket: RecordingSocket,
    sockets,
    get peak() {
      return peak
    },
  }
}

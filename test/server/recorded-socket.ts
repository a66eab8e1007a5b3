import type { WebSocketConstructor } from '@holdfast/core'
import { type CountedListeners, countListeners } from '../support/counted-listeners.ts'

export interface RecordedSocket extends CountedListeners {
  /** Everything handed to this socket, in order. */
  readonly sent: readonly unknown[]
  /** Of its 'close', once that has come. */
  readonly closeCode: number | undefined
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
  class RecordingSocket extends countListeners(Native) implements RecordedSocket {
    readonly sent: unknown[] = []
    closeCode: number | undefined

    constructor(url: string, protocols?: string[]) {
      super(url, protocols)
      // Not one of those that are counted.
      Native.prototype.addEventListener.call(this, 'close', ({ code }: { code: number }) => {
        this.closeCode = code
      })
      sockets.push(this)
    }

    override send(data: never): void {
      super.send(data)
      this.sent.push(data)
      peak = Math.max(peak, this.bufferedAmount ?? 0)
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

import type { WebSocketConstructor, WebSocketLike } from '@holdfast/core'

export interface CountedListeners extends WebSocketLike {
  /** Listeners that were added and not removed. */
  readonly listening: number
}

/** The class, whose sockets count their listeners. */
export function countListeners(
  Native: WebSocketConstructor,
): new (
  url: string,
  protocols?: string[],
) => CountedListeners {
  return class extends Native implements CountedListeners {
    listening = 0

    override addEventListener(type: string, listener: never): void {
      super.addEventListener(type, listener)
      this.listening += 1
    }

    override removeEventListener(type: string, listener: never): void {
      super.removeEventListener(type, listener)
      this.listening -= 1
    }
  }
}

import type { WebSocketConstructor } from '@holdfast/core'

/** What the benches use of a peer. */
export interface PeerSocket {
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: string): void
  close(): void
  addEventListener(type: 'message' | 'open', listener: (event: { data: unknown }) => void): void
}

export interface Peer {
  readonly name: string
  /** @param options - Those of the peer; without any it comes back quickly. */
  connect(
    url: string | (() => Promise<string>),
    WebSocket: WebSocketConstructor,
    options?: object,
  ): PeerSocket
}

type PeerClass = new (
  url: string | (() => Promise<string>),
  protocols: string[],
  options: object,
) => PeerSocket

/** Makes them come back quickly, with their queue as large as it gets. */
const QUICK = { minReconnectionDelay: 20, maxReconnectionDelay: 50, maxEnqueuedMessages: Infinity }

/** @param load - Names the module where it is imported: a bundler has to find it there. */
async function load(name: string, load: () => Promise<object>): Promise<Peer | undefined> {
  try {
    const module = (await load()) as { default: PeerClass & { default?: PeerClass } }
    // What comes of a CommonJS module differs with who loads it.
    const Class = module.default.default ?? module.default
    return {
      name,
      connect: (url, WebSocket, options = QUICK) => new Class(url, [], { ...options, WebSocket }),
    }
  } catch (error) {
    console.log(`${name} is skipped: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    return undefined
  }
}

/**
 * `ws` ends the process where nobody listens for an error: as of a socket that is still connecting when a peer gives it
 * up, takes its listeners off, and then closes it.
 */
export function listenedTo(Native: WebSocketConstructor): WebSocketConstructor {
  return class extends Native {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols)
      this.addEventListener('error', (() => {}) as never)
    }
  }
}

/** Those of them that are installed. */
export async function peers(): Promise<Peer[]> {
  const loaded = await Promise.all([
    load('partysocket', () => import('partysocket/ws')),
    load('reconnecting-websocket', () => import('reconnecting-websocket')),
  ])
  return loaded.filter((peer) => peer !== undefined)
}

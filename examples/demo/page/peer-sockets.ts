import PartySocket from 'partysocket/ws'
import Reconnecting from 'reconnecting-websocket'
import { ROOM_PROTOCOL } from '../shared/sign-in.ts'
import type { PeerKey } from './lab-client.ts'

/** What the lab uses of another client. */
export interface PeerSocket {
  send(data: string): void
  close(): void
}

export interface PeerHooks {
  /** Called at each dial. */
  readonly address: () => Promise<string>
  readonly opened: () => void
  readonly closed: () => void
}

/** Each with the options that it has by default. */
export function openPeer(key: PeerKey, hooks: PeerHooks): PeerSocket {
  switch (key) {
    case 'native':
      return new Redialling(hooks)
    case 'partysocket':
      return listen(new PartySocket(hooks.address, ROOM_PROTOCOL), hooks)
    case 'reconnecting-websocket':
      return listen(new Reconnecting(hooks.address, ROOM_PROTOCOL), hooks)
    default:
      return key satisfies never
  }
}

interface Listenable extends PeerSocket {
  onopen: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
}

function listen(socket: Listenable, { opened, closed }: PeerHooks): PeerSocket {
  socket.onopen = opened
  socket.onclose = closed
  return socket
}

const REDIAL_MS = 1_000

/** The native class with the loop around it that everybody writes: dial again a second after a close. */
class Redialling implements PeerSocket {
  readonly #hooks: PeerHooks
  #socket: WebSocket | undefined
  #timer = 0
  #hasEnded = false

  constructor(hooks: PeerHooks) {
    this.#hooks = hooks
    this.#dial()
  }

  /** Before `open` it throws. After a close it discards without an event; only the browser's console would tell. */
  send(data: string): void {
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) this.#socket.send(data)
  }

  close(): void {
    this.#hasEnded = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #dial(): void {
    this.#hooks.address().then(
      (url) => {
        if (!this.#hasEnded) this.#open(url)
      },
      () => this.#redial(),
    )
  }

  #open(url: string): void {
    const socket = new WebSocket(url, ROOM_PROTOCOL)
    this.#socket = socket
    socket.onopen = this.#hooks.opened
    socket.onclose = () => {
      this.#hooks.closed()
      this.#redial()
    }
  }

  #redial(): void {
    if (!this.#hasEnded) this.#timer = window.setTimeout(() => this.#dial(), REDIAL_MS)
  }
}

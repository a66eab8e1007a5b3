import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { type SignInAnswer, TOKEN_PARAMETER, TOKEN_PREFIX } from '../shared/sign-in.ts'
import type { Grant, TokenDesk } from './token-desk.ts'

/** Unauthorized: Holdfast fetches a fresh token and comes back at once. */
export const REFUSED = 4401
const TIMEOUT = 4408

/** Lets sockets in by their tokens, and puts them out when those expire. */
export class Door {
  readonly #tokens: TokenDesk
  readonly #deadline: number
  readonly #timers = new Map<WebSocket, NodeJS.Timeout>()

  /** @param deadline - How long a socket may stay without signing in, in ms. */
  constructor(tokens: TokenDesk, deadline: number) {
    this.#tokens = tokens
    this.#deadline = deadline
  }

  /** A socket that came without a token must send one soon. */
  expectSignIn(socket: WebSocket): void {
    this.#closeIn(socket, this.#deadline, TIMEOUT, 'No sign-in')
  }

  /** Verifies a token that came by message, the first one or a renewal, and answers. */
  async signIn(socket: WebSocket, token: string): Promise<Grant | undefined> {
    const grant = await this.#tokens.verify(token)
    answer(socket, { type: grant ? 'signed-in' : 'refused' })
    if (grant) this.keepUntil(socket, grant.expiresAt)
    else socket.close(REFUSED, 'The token was refused')
    return grant
  }

  keepUntil(socket: WebSocket, expiresAt: number): void {
    this.#closeIn(socket, expiresAt - Date.now(), REFUSED, 'The token has expired')
  }

  forget(socket: WebSocket): void {
    clearTimeout(this.#timers.get(socket))
    this.#timers.delete(socket)
  }

  #closeIn(socket: WebSocket, delay: number, code: number, reason: string): void {
    clearTimeout(this.#timers.get(socket))
    if (socket.readyState !== socket.OPEN) return
    this.#timers.set(
      socket,
      setTimeout(() => socket.close(code, reason), delay),
    )
  }
}

/** The token of a handshake, in the query or beside the real subprotocol. */
export function tokenOf({ url = '/', headers }: IncomingMessage): string | undefined {
  const inQuery = new URL(url, 'http://room').searchParams.get(TOKEN_PARAMETER)
  const offered = (headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/)
  return inQuery ?? offered.find((one) => one.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length)
}

function answer(socket: WebSocket, message: SignInAnswer): void {
  socket.send(JSON.stringify(message), () => {})
}

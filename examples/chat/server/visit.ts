import type { RawData, WebSocket } from 'ws'
import { isClientMessage } from '../shared/check.ts'
import type { ClientMessage, ServerMessage } from '../shared/messages.ts'
import { memberOf } from './names.ts'
import type { Guest } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { Grant, Tokens } from './tokens.ts'

/** Unauthorized: Holdfast fetches a fresh token and comes back at once. */
const REFUSED = 4401
const TIMEOUT = 4408
/** Somebody who takes nothing for so long that this much waits is put out. */
const MAX_WAITING_BYTES = 1024 * 1024

export interface VisitOptions {
  /** How long a connection may stay without signing in, in ms. */
  readonly signInDeadline: number
  /** Told of every message that has come, for logs. */
  readonly onMessage: (message: ClientMessage) => void
}

/** One connection, from its first message to its end. */
export class Visit {
  readonly #socket: WebSocket
  readonly #rooms: Rooms
  readonly #tokens: Tokens
  readonly #options: VisitOptions
  #guest: Guest | undefined
  /** Until when it may stay: to sign in, then as long as its token is good. */
  #timer: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, rooms: Rooms, tokens: Tokens, options: VisitOptions) {
    this.#socket = socket
    this.#rooms = rooms
    this.#tokens = tokens
    this.#options = options
    this.#closeIn(options.signInDeadline, TIMEOUT, 'No sign-in')
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary))
    socket.on('close', () => {
      clearTimeout(this.#timer)
      if (this.#guest) rooms.leave(this.#guest)
    })
  }

  #hear(data: RawData, isBinary: boolean): void {
    const message = isBinary ? undefined : parse(data.toString())
    if (!isClientMessage(message)) return this.#socket.close(1007, 'Not a message of this chat')
    this.#options.onMessage(message)
    if (message.type === 'sign-in') {
      this.#signIn(message.token).catch(() => this.#socket.terminate())
    } else if (this.#guest === undefined) this.#socket.close(REFUSED, 'Sign in first')
    else this.#answer(this.#guest, message)
  }

  #answer(guest: Guest, message: Exclude<ClientMessage, { type: 'sign-in' }>): void {
    if (message.type === 'ping') return this.#tell({ type: 'pong' })
    if (message.type !== 'say') return this.#rooms.hear(guest, message)
    // One that was taken before is acknowledged again: the first answer may never have come.
    this.#tell(this.#rooms.say(guest.member, message) ?? { type: 'ack', id: message.id })
  }

  /** At first, and whenever a fresh token comes before the old one expires. */
  async #signIn(token: string): Promise<void> {
    const grant = await this.#tokens.verify(token)
    const { member } = this.#guest ?? {}
    if (grant === undefined || (member && member.id !== grant.member)) {
      this.#tell({ type: 'refused' })
      return this.#socket.close(REFUSED, 'The token was refused')
    }
    this.#admit(grant)
  }

  #admit({ member, expiresAt }: Grant): void {
    this.#closeIn(expiresAt - Date.now(), REFUSED, 'The token has expired')
    this.#guest ??= { member: memberOf(member), tell: (message) => this.#tell(message) }
    this.#tell({ type: 'signed-in' })
  }

  #closeIn(delay: number, code: number, reason: string): void {
    clearTimeout(this.#timer)
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#timer = setTimeout(() => this.#socket.close(code, reason), delay)
  }

  #tell(message: ServerMessage): void {
    if (this.#socket.bufferedAmount > MAX_WAITING_BYTES) this.#socket.terminate()
    else this.#socket.send(JSON.stringify(message), () => {})
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

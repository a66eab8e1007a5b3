import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Ledger } from '../shared/ledger.ts'
import {
  type ClientMessage,
  isClientMessage,
  isPing,
  type Member,
  PONG,
  type ServerMessage,
} from '../shared/room-messages.ts'
import { isSignIn, ROOM_PROTOCOL } from '../shared/sign-in.ts'
import { Acknowledger } from './acknowledger.ts'
import { Door, REFUSED, tokenOf } from './door.ts'
import { LedgerKeeper } from './ledger-keeper.ts'
import { isFromOwnPage } from './loopback.ts'
import { memberOf } from './names.ts'
import { RecentIds } from './recent-ids.ts'
import type { TokenDesk } from './token-desk.ts'

const MAX_MESSAGE_BYTES = 64 * 1024
/** A member that takes nothing for so long that this much waits for it is put out. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

/** An ordinary `ws` room: it signs in, welcomes, answers and broadcasts, and knows nothing of what the gate does. */
export class Room {
  readonly #http: Server
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(ROOM_PROTOCOL) ? ROOM_PROTOCOL : false),
  })
  readonly #members = new Map<WebSocket, Member>()
  readonly #recent = new RecentIds()
  readonly #keeper = new LedgerKeeper()
  readonly #acknowledger = new Acknowledger<WebSocket>((socket, ids) => {
    this.#send(socket, JSON.stringify({ type: 'ack', ids } satisfies ServerMessage))
  })
  readonly #tokens: TokenDesk
  readonly #door: Door
  /** The HTTP status that answers every handshake, if they are to fail. */
  handshakeStatus: number | null = null

  private constructor(http: Server, tokens: TokenDesk, signInDeadline: number) {
    this.#http = http
    this.#tokens = tokens
    this.#door = new Door(tokens, signInDeadline)
    http.on('upgrade', (request, socket, head) => {
      const status = isFromOwnPage(request) ? this.handshakeStatus : 403
      if (status === null) this.#shakeHands(request, socket, head).catch(() => socket.destroy())
      else socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
    })
  }

  static async open(tokens: TokenDesk, signInDeadline: number): Promise<Room> {
    const http = createServer((_request, response) =>
      response.writeHead(426).end('This is a WebSocket server.\n'),
    )
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return new Room(http, tokens, signInDeadline)
  }

  get port(): number {
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new Error('The room has no TCP port.')
    return address.port
  }

  /** What has arrived of whom. */
  get ledger(): Ledger {
    return this.#keeper.read()
  }

  /** Sends everybody a close frame. Who has not gone a second later is cut off. Returns how many there were. */
  closeAll(code: number, reason: string): number {
    const sockets = [...this.#sockets.clients]
    for (const socket of sockets) socket.close(code, reason)
    setTimeout(() => {
      for (const socket of sockets) socket.terminate()
    }, 1_000).unref()
    return sockets.length
  }

  /** Tells everybody, waits at most `grace` ms for their answers, and is gone. */
  async close(grace: number): Promise<void> {
    const { promise: timeout, cancel } = sleep(grace)
    const goodbyes = [...this.#sockets.clients].map((socket) => once(socket, 'close'))
    this.closeAll(1001, 'The demo ends')
    await Promise.race([Promise.all(goodbyes), timeout])
    cancel()
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    this.#http.close()
  }

  async #shakeHands(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const token = tokenOf(request)
    const grant = token === undefined ? undefined : await this.#tokens.verify(token)
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      this.#listen(socket)
      if (token === undefined) this.#door.expectSignIn(socket)
      // Not an HTTP 401: a browser would hide it, and the client could not tell it from an outage.
      else if (grant === undefined) socket.close(REFUSED, 'The token was refused')
      else {
        this.#door.keepUntil(socket, grant.expiresAt)
        this.#enter(socket, grant.member)
      }
    })
  }

  #listen(socket: WebSocket): void {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => this.#hear(socket, data, isBinary))
    socket.on('close', () => {
      this.#door.forget(socket)
      if (this.#members.delete(socket)) this.#tellMembers()
    })
  }

  #enter(socket: WebSocket, id: string): void {
    const you = memberOf(id)
    this.#members.set(socket, you)
    this.#send(
      socket,
      JSON.stringify({ type: 'welcome', you, members: this.#list() } satisfies ServerMessage),
    )
    this.#tellMembers(socket)
  }

  #hear(socket: WebSocket, data: RawData, isBinary: boolean): void {
    const message = isBinary ? undefined : parse(data.toString())
    const from = this.#members.get(socket)
    if (isSignIn(message)) this.#signIn(socket, message.token).catch(() => socket.terminate())
    else if (from === undefined) socket.close(REFUSED, 'Sign in first')
    else if (isPing(message)) this.#send(socket, JSON.stringify(PONG))
    else if (isClientMessage(message)) this.#take(socket, from, message)
    else socket.close(1007, 'Not a message of this room')
  }

  /** Does the work once, and answers every time: the answer to the first may have been lost. */
  #take(socket: WebSocket, from: Member, message: ClientMessage): void {
    if (this.#recent.add(from.id, message.id)) {
      this.#keeper.work(from.id, message.id)
      if (message.type === 'say') this.#broadcast({ ...message, from })
    } else this.#keeper.repeat(from.id)
    this.#acknowledger.add(socket, message.id)
  }

  async #signIn(socket: WebSocket, token: string): Promise<void> {
    const grant = await this.#door.signIn(socket, token)
    // A renewal changes nothing in the room.
    if (grant && socket.readyState === socket.OPEN && !this.#members.has(socket)) {
      this.#enter(socket, grant.member)
    }
  }

  #tellMembers(except?: WebSocket): void {
    this.#broadcast({ type: 'members', members: this.#list() }, except)
  }

  #broadcast(message: ServerMessage, except?: WebSocket): void {
    const data = JSON.stringify(message)
    for (const socket of this.#members.keys()) if (socket !== except) this.#send(socket, data)
  }

  #send(socket: WebSocket, data: string): void {
    if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate()
    else socket.send(data, () => {})
  }

  #list(): Member[] {
    return [...this.#members.values()]
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sleep(ms: number): { promise: Promise<void>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}

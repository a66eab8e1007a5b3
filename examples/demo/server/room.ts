import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { RawData, WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { isClientMessage, type Member, type ServerMessage } from '../shared/room-messages.ts'
import { isFromOwnPage } from './loopback.ts'
import { memberOf } from './names.ts'

const MEMBER_ID = /^[\w-]{1,64}$/
const MAX_MESSAGE_BYTES = 64 * 1024
/** A member that takes nothing for so long that this much waits for it is put out. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

/** An ordinary `ws` room: it welcomes, echoes and broadcasts, and knows nothing of the faults. */
export class Room {
  readonly #http: Server
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  readonly #members = new Map<WebSocket, Member>()

  private constructor(http: Server) {
    this.#http = http
    http.on('upgrade', (request, socket, head) => {
      const id = new URL(request.url ?? '/', 'http://room').searchParams.get('member') ?? ''
      if (!isFromOwnPage(request) || !MEMBER_ID.test(id)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
        return
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#enter(webSocket, memberOf(id)))
    })
  }

  static async open(): Promise<Room> {
    const http = createServer((_request, response) =>
      response.writeHead(426).end('This is a WebSocket server.\n'),
    )
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return new Room(http)
  }

  get port(): number {
    const address = this.#http.address()
    if (address === null || typeof address === 'string') throw new Error('The room has no TCP port.')
    return address.port
  }

  /** Sends everybody a close frame. Who has not gone a second later is cut off. Returns how many there were. */
  closeAll(code: number, reason: string): number {
    const sockets = [...this.#members.keys()]
    for (const socket of sockets) socket.close(code, reason)
    setTimeout(() => {
      for (const socket of sockets) socket.terminate()
    }, 1_000).unref()
    return sockets.length
  }

  /** Tells everybody, waits at most `grace` ms for their answers, and is gone. */
  async close(grace: number): Promise<void> {
    const { promise: timeout, cancel } = sleep(grace)
    const goodbyes = [...this.#members.keys()].map((socket) => once(socket, 'close'))
    this.closeAll(1001, 'The demo ends')
    await Promise.race([Promise.all(goodbyes), timeout])
    cancel()
    for (const socket of this.#members.keys()) socket.terminate()
    this.#http.closeAllConnections()
    this.#http.close()
  }

  #enter(socket: WebSocket, you: Member): void {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => this.#hear(socket, you, data, isBinary))
    socket.on('close', () => {
      this.#members.delete(socket)
      this.#tellMembers()
    })
    this.#members.set(socket, you)
    this.#send(
      socket,
      JSON.stringify({ type: 'welcome', you, members: this.#list() } satisfies ServerMessage),
    )
    this.#tellMembers(socket)
  }

  #hear(socket: WebSocket, from: Member, data: RawData, isBinary: boolean): void {
    const message = isBinary ? undefined : parse(data.toString())
    if (!isClientMessage(message)) {
      socket.close(1007, 'Not a message of this room')
      return
    }
    this.#broadcast({ ...message, from })
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

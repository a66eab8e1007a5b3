import { Socket } from 'phoenix'
import type { WebSocket } from 'ws'
import type { Job } from '../job.ts'

/** What the serializer of version 2 writes. */
type Message = [joinRef: string | null, ref: string | null, topic: string, event: string, payload: unknown]

const TOPIC = 'numbers:all'

export const phoenix: Job = {
  // The second carries the token of the sign-in.
  protocols: ['phoenix', `base64url.bearer.phx.${Buffer.from('secret').toString('base64url')}`],
  saysLater: true,

  serve({ wss }) {
    const heard: number[] = []
    const joined = new Map<WebSocket, string | null>()
    const push = (socket: WebSocket, message: Message) => socket.send(JSON.stringify(message))
    wss.on('connection', (socket) => {
      socket.on('close', () => joined.delete(socket))
      socket.on('message', (data) => {
        const [joinRef, ref, topic, event, payload] = JSON.parse(String(data)) as Message
        if (event === 'phx_join') joined.set(socket, joinRef)
        if (event === 'phx_leave') joined.delete(socket)
        if (event === 'say') heard.push((payload as { number: number }).number)
        push(socket, [joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} }])
      })
    })
    return {
      heard,
      subscriptions: () => joined.size,
      say: (number) => {
        for (const [socket, joinRef] of joined) push(socket, [joinRef, null, TOPIC, 'number', { number }])
      },
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const socket = new Socket(`${url}/socket`, {
      // Its types do not know the subprotocols that it gives to the class.
      transport: WebSocket as never,
      authToken: 'secret',
      reconnectAfterMs: () => retryDelay,
      rejoinAfterMs: () => retryDelay,
    } as ConstructorParameters<typeof Socket>[1])
    socket.connect()
    const channel = socket.channel(TOPIC)
    channel.on('number', ({ number }) => void heard.push(number))
    channel.join()
    return {
      heard,
      say: (number) =>
        new Promise<void>((resolve) => channel.push('say', { number }).receive('ok', () => resolve())),
      end: () => new Promise<void>((resolve) => socket.disconnect(resolve)),
    }
  },
}

import { Centrifuge } from 'centrifuge'
import type { WebSocket } from 'ws'
import type { Job } from '../job.ts'

interface Command {
  readonly id?: number
  readonly connect?: object
  readonly subscribe?: { readonly channel: string }
  readonly publish?: { readonly data: number }
}

export const centrifuge: Job = {
  protocols: [],
  saysLater: true,

  serve({ wss }) {
    const heard: number[] = []
    const subscribed = new Set<WebSocket>()
    const answer = (socket: WebSocket, { id, connect, subscribe, publish }: Command): object => {
      if (connect) return { id, connect: { client: 'interop', version: '1' } }
      if (subscribe) subscribed.add(socket)
      if (publish) heard.push(publish.data)
      return { id, ...(subscribe ? { subscribe: {} } : { publish: {} }) }
    }
    wss.on('connection', (socket) => {
      socket.on('close', () => subscribed.delete(socket))
      socket.on('message', (data) => {
        // Commands come in lines, and so do replies.
        const commands = String(data)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Command)
        socket.send(commands.map((command) => JSON.stringify(answer(socket, command))).join('\n'))
      })
    })
    return {
      heard,
      subscriptions: () => subscribed.size,
      say: (number) => {
        const push = JSON.stringify({ push: { channel: 'down', pub: { data: number } } })
        for (const socket of subscribed) socket.send(push)
      },
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const client = new Centrifuge(url, {
      websocket: WebSocket,
      minReconnectDelay: retryDelay / 2,
      maxReconnectDelay: retryDelay,
    })
    const subscription = client.newSubscription('down')
    subscription.on('publication', ({ data }) => heard.push(data))
    subscription.subscribe()
    client.connect()
    return { heard, say: (number) => client.publish('up', number), end: () => client.disconnect() }
  },
}

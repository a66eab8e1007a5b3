import { Aedes } from 'aedes'
import { type IClientOptions, MqttClient } from 'mqtt'
import { browserStreamBuilder } from 'mqtt/lib/connect/ws'
import { createWebSocketStream } from 'ws'
import type { Job } from '../job.ts'

export const mqtt: Job = {
  protocols: ['mqtt'],
  saysLater: true,

  async serve({ wss }) {
    const heard: number[] = []
    const broker = await Aedes.createBroker()
    wss.on('connection', (socket, request) => {
      const stream = createWebSocketStream(socket)
      stream.on('error', () => {})
      broker.handle(stream, request)
    })
    broker.on('clientError', () => {})
    const subscribers = new Set<string>()
    broker.on('subscribe', (_subscriptions, { id }) => subscribers.add(id))
    broker.on('clientDisconnect', ({ id }) => subscribers.delete(id))
    broker.on('publish', ({ topic, payload }) => {
      if (topic === 'up') heard.push(Number(payload))
    })
    return {
      heard,
      subscriptions: () => subscribers.size,
      say: (number) => {
        const packet = { cmd: 'publish', topic: 'down', payload: String(number) } as const
        broker.publish({ ...packet, qos: 0, dup: false, retain: false }, () => {})
      },
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const { hostname, port } = new URL(url)
    const options: IClientOptions = {
      clientId: 'interop',
      reconnectPeriod: retryDelay,
      protocol: 'ws',
      hostname,
      port: Number(port),
      createWebsocket: (url, protocols) => new WebSocket(url, protocols) as never,
    }
    // As in a browser: in Node it makes a stream of what only the class of `ws` has.
    const client = new MqttClient((client) => browserStreamBuilder(client, options), options)
    client.on('error', () => {})
    client.on('message', (_topic, payload) => heard.push(Number(payload)))
    client.subscribe('down')
    return {
      heard,
      say: (number) => client.publishAsync('up', String(number), { qos: 2 }),
      end: () => client.endAsync(),
    }
  },
}

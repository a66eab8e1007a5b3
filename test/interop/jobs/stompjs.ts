import { Client, Versions } from '@stomp/stompjs'
import type { Job } from '../job.ts'
import { StompBroker } from '../stomp-broker.ts'

export const stompjs: Job = {
  protocols: Versions.default.protocolVersions(),
  // It throws when it is not connected.
  saysLater: false,

  serve({ wss }) {
    const heard: number[] = []
    const broker = new StompBroker(wss, ({ body }) => heard.push(Number(body)))
    return {
      heard,
      subscriptions: () => broker.subscriptions.size,
      say: (number) => broker.publish('/down', String(number)),
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const client = new Client({
      webSocketFactory: () => new WebSocket(url, Versions.default.protocolVersions()),
      reconnectDelay: retryDelay,
      onConnect: () => client.subscribe('/down', ({ body }) => heard.push(Number(body))),
    })
    client.activate()
    return {
      heard,
      say: (number) =>
        new Promise<void>((resolve) => {
          const receipt = `said ${number}`
          client.watchForReceipt(receipt, () => resolve())
          client.publish({ destination: '/up', body: String(number), headers: { receipt } })
        }),
      end: () => client.deactivate(),
    }
  },
}

import { repeat, retry } from 'rxjs'
import { webSocket } from 'rxjs/webSocket'
import type { Job } from '../job.ts'

export const rxjs: Job = {
  protocols: ['numbers'],
  // It throws away what is queued when a dial fails.
  saysLater: false,

  serve({ wss }) {
    const heard: number[] = []
    wss.on('connection', (socket) => socket.on('message', (data) => heard.push(JSON.parse(String(data)))))
    return {
      heard,
      subscriptions: () => wss.clients.size,
      say: (number) => {
        for (const socket of wss.clients) socket.send(JSON.stringify(number))
      },
    }
  },

  begin({ url, WebSocket, retryDelay }) {
    const heard: number[] = []
    const subject = webSocket<number>({ url, protocol: 'numbers', WebSocketCtor: WebSocket })
    const subscription = subject
      .pipe(retry({ delay: retryDelay }), repeat({ delay: retryDelay }))
      .subscribe((number) => heard.push(number))
    return { heard, say: (number) => subject.next(number), end: () => subscription.unsubscribe() }
  },
}

import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { createFaultyProxy } from '../../test/support/faulty-proxy.ts'
import { LOOPBACK, listen } from '../../test/support/listen.ts'

/** A slow line to a server that counts. */
export interface SlowLine {
  readonly url: string
  /** Messages that came, each with the number that was due. */
  readonly received: number
  /** Messages that came, and should not have by then. */
  readonly wrong: number
  /** Bytes a second from the first message to the last, frames included. */
  readonly rate: number
  close(): Promise<void>
}

export async function openSlowLine(bytesPerSecond: number): Promise<SlowLine> {
  const http = createServer()
  const sockets = new WebSocketServer({ server: http })
  const proxy = await createFaultyProxy({ port: await listen(http), host: LOOPBACK })
  proxy.throttle(bytesPerSecond)
  let received = 0
  let wrong = 0
  let [first, last] = [0, 0]
  let [bytesAtFirst, bytesAtLast] = [0, 0]
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data: Buffer) => {
      last = performance.now()
      bytesAtLast = proxy.bytesUp
      if (received === 0) [first, bytesAtFirst] = [last, bytesAtLast]
      if (Number.parseInt(data.toString('latin1', 0, 10), 10) === received) received += 1
      else wrong += 1
    })
  })
  return {
    url: proxy.url,
    get received() {
      return received
    },
    get wrong() {
      return wrong
    },
    get rate() {
      return ((bytesAtLast - bytesAtFirst) / (last - first)) * 1_000
    },
    async close() {
      await proxy.close()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      http.close()
    },
  }
}

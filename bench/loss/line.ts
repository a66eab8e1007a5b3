import { setTimeout as sleep } from 'node:timers/promises'
import { createFaultyProxy, type FaultyProxy } from '../../test/support/faulty-proxy.ts'
import { createServer, type TestServer } from '../../test/support/server.ts'
import { acknowledgement, idOf, PONG } from './contenders.ts'

/** A server that answers each message with its id, and a faulty line to it. */
export interface LossyLine {
  readonly server: TestServer
  readonly proxy: FaultyProxy
  /** Ids, in the order of their arrival. */
  readonly arrivals: readonly number[]
  /** Waits until nothing has come for so many ms; at most for `limit`. */
  quiet(ms: number, limit: number): Promise<void>
  close(): Promise<void>
}

export async function openLossyLine(): Promise<LossyLine> {
  const arrivals: number[] = []
  const server = await createServer({
    onMessage(socket, data) {
      const id = idOf(data)
      if (Number.isNaN(id)) return socket.send(PONG)
      arrivals.push(id)
      socket.send(acknowledgement(id))
    },
  })
  const proxy = await createFaultyProxy(server)
  return {
    server,
    proxy,
    arrivals,
    async quiet(ms, limit) {
      const end = performance.now() + limit
      for (let before = -1; before !== arrivals.length && performance.now() < end; ) {
        before = arrivals.length
        await sleep(ms)
      }
    },
    async close() {
      await proxy.close()
      await server.close()
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { createFaultyProxy, type FaultyProxy } from '../../test/support/faulty-proxy.ts'
import { createServer, type TestServer } from '../../test/support/server.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { type Child, startChild } from '../child.ts'
import type { OpenedMessage } from './crowd.ts'

/** A server, the line to it, and a crowd. */
export interface Stage {
  readonly server: TestServer
  readonly proxy: FaultyProxy
  readonly crowd: Child<string>
  readonly size: number
  /** Waits until all are open. */
  settle(): Promise<void>
  /**
   * Does something to them, and waits until each has opened again, at most so many ms.
   *
   * @returns Those that have, with the ms that it took.
   */
  recoveries(limit: number, work: () => unknown): Promise<Recovery[]>
  close(): Promise<void>
}

export interface Recovery {
  readonly ms: number
  /** What is left without the delays that were drawn, where they are told. */
  readonly beyond?: number
}

export async function openStage(kind: string, size: number): Promise<Stage> {
  const server = await createServer({ echo: true })
  const proxy = await createFaultyProxy(server)
  const args = [kind, proxy.url, String(size)]
  const crowd = await startChild<string>(new URL('crowd.ts', import.meta.url), args)
  const opened = new Map<number, OpenedMessage>()
  crowd.process.on('message', (message: OpenedMessage) => {
    // The first since the fault: one that opens and is lost again has opened.
    if (!opened.has(message.client)) opened.set(message.client, message)
  })
  return {
    server,
    proxy,
    crowd,
    size,
    async settle() {
      crowd.process.send('start')
      await waitFor(() => opened.size === size, { timeout: 60_000, what: `${kind} to open` })
    },
    async recoveries(limit, work) {
      opened.clear()
      const start = performance.timeOrigin + performance.now()
      await work()
      const end = performance.now() + limit
      while (opened.size < size && performance.now() < end) await sleep(20)
      return [...opened.values()].map(({ at, delay }) => {
        const ms = at - start
        return delay === undefined ? { ms } : { ms, beyond: ms - delay }
      })
    },
    async close() {
      await crowd.end()
      await proxy.close()
      await server.close()
    },
  }
}

import type { WebSocketConstructor } from '@holdfast/core'
import { openers, QueuedClient } from './client.ts'

/** Messages that are queued in one task: the page is not to be the one that blocks. */
const SLICE = 2_000

const opens = new Map(await openers())
const longTasks: number[] = []
let client: QueuedClient | undefined

Object.assign(globalThis, {
  async fill(name: string, url: string, count: number, size: number): Promise<void> {
    const open = opens.get(name)
    if (!open) throw new Error(`There is no ${name}.`)
    client = new QueuedClient(open, url, WebSocket as WebSocketConstructor)
    for (let queued = 0; queued < count; queued += SLICE) {
      client.fill(Math.min(SLICE, count - queued), size)
      await new Promise((resolve) => setTimeout(resolve))
    }
  },
  start(): void {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration)
    }).observe({ type: 'longtask' })
    setInterval(() => client?.peak, 50)
    client?.start()
  },
  report: () => ({ longTasks, buffered: client?.peak ?? 0 }),
})

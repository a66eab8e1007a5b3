import { setImmediate } from 'node:timers/promises'

/** What a process holds while nobody is connected: after every round it is the same. */
export interface Health {
  /** Bytes that are still reachable; without `--expose-gc` all that is not collected yet. */
  readonly heap: number
  /** TCP connections and servers. */
  readonly sockets: number
  /** Timers, ours among them. */
  readonly timers: number
  /** Listeners of the process. */
  readonly listeners: number
}

export async function health(): Promise<Health> {
  // What a finalizer or a closed handle lets go of, only the next collection takes.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await setImmediate()
  }
  const handles = process.getActiveResourcesInfo()
  return {
    heap: process.memoryUsage().heapUsed,
    sockets: handles.filter((kind) => /TCP|TLS/.test(kind)).length,
    timers: handles.filter((kind) => kind === 'Timeout').length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

/** MiB that the heap may have grown: compiled code and caches, which grow ever more slowly. */
const GROWTH = 8
/** Timers of others: the two of Node's HTTP servers and of undici come and go. */
const OTHER_TIMERS = 10

/** What has grown since the process was warm. */
export function grown(first: Health, last: Health): string[] {
  const heap = (last.heap - first.heap) / 2 ** 20
  return [
    ...(globalThis.gc && heap > GROWTH ? [`the heap has grown by ${heap.toFixed(1)} MiB`] : []),
    ...(last.sockets > first.sockets ? [`TCP handles: ${first.sockets} became ${last.sockets}`] : []),
    ...(last.timers > first.timers + OTHER_TIMERS ? [`timers: ${first.timers} became ${last.timers}`] : []),
    ...(last.listeners > first.listeners ? [`listeners: ${first.listeners} became ${last.listeners}`] : []),
  ]
}

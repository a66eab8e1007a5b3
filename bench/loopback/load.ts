import type { WebSocketConstructor } from '@holdfast/core'
import type { ClientKind } from '../clients.ts'

/** 'up' is from the client to the server. */
export type Direction = 'up' | 'down'

export interface Load {
  /** Characters of each message. */
  readonly size: number
  readonly count: number
}

export interface Job {
  readonly direction: Direction
  readonly load: Load
}

export interface Sample {
  /** Messages in a second. */
  readonly rate: number
  /** µs of the processor for a message. */
  readonly cpu: number
}

/** @param elapsed - ms; as `cpu`, of the processor. */
export function sampleOf({ count }: Load, elapsed: number, cpu: number): Sample {
  return { rate: (count / elapsed) * 1_000, cpu: (cpu * 1_000) / count }
}

/** The server's first message, and the one that asks for another chunk. */
export const READY = 'ready'
export const MORE = 'more'

/**
 * Flow control, the same for all: bytes that are on their way at most, and of a chunk, after which the server asks for
 * another. They stay below the high-water mark of ours, so that nobody's pacing is measured, and nobody polls.
 */
export const ON_THE_WAY = 192 * 1_024
export const CHUNK = 32 * 1_024

/** One that has not come to its end by then fails the bench. */
const PATIENCE = 60_000

/**
 * Connects one client, and waits for the server's first word.
 *
 * @returns What carries out the load once, and tells the ms that it took.
 */
export async function prepare(
  { name, open }: ClientKind,
  WebSocket: WebSocketConstructor,
  origin: string,
  direction: Direction,
  { size, count }: Load,
): Promise<() => Promise<number>> {
  const client = open(`${origin}/${direction}?size=${size}&count=${count}`, WebSocket)
  let listener: (data: unknown) => void = () => {}
  client.listen((data) => listener(data))
  const heard = (isAwaited: (data: unknown) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${name} has not come to the end of ${direction}, ${size}`))
      const timer = setTimeout(late, PATIENCE)
      listener = (data) => {
        if (!isAwaited(data)) return
        clearTimeout(timer)
        resolve()
      }
    })

  const text = 'x'.repeat(size)
  const inChunk = CHUNK / size
  let left = count
  let seen = 0
  function sendChunk(): void {
    const end = Math.max(0, left - inChunk)
    for (; left > end; left -= 1) client.send(text)
  }
  const isEnd: Record<Direction, (data: unknown) => boolean> = {
    up(data) {
      if (data === MORE) sendChunk()
      return data === String(count)
    },
    down(data) {
      if ((data as string).length === size) seen += 1
      return seen === count
    },
  }

  await heard((data) => data === READY)
  return async () => {
    const start = performance.now()
    const done = heard(isEnd[direction])
    if (direction === 'down') client.send('go')
    else for (let sent = 0; sent < ON_THE_WAY; sent += CHUNK) sendChunk()
    await done
    const elapsed = performance.now() - start
    client.close()
    return elapsed
  }
}

import { type ConnectionEvent, connect } from '@holdfast/core'
import { indexedDbOutbox, type OutboxStorage } from '@holdfast/core/storage'
import { storageOf } from '../../test/unit/storage-of.ts'
import { NullSocket } from '../null-socket.ts'

/** ms, of one run. */
export interface StoredSend {
  /** For all calls of `send()`. */
  readonly sending: number
  /** From the first call until the last message was stored. */
  readonly storing: number
  /** Calls of `write()` until then. */
  readonly writes: number
  /** The longest that nothing else could run. */
  readonly blocked: number
}

const TEXT = '{"id":1,"text":"hello"}'

/** A class that never opens: what is sent waits. */
class HangingSocket extends NullSocket {
  override dispatch(): void {}
}

function counted(storage: OutboxStorage) {
  const tally = { writes: 0, stored: 0, onStored: (_stored: number): void => undefined }
  const counting = storageOf({
    open: (adopt) => storage.open(adopt),
    async write(changes) {
      await storage.write(changes)
      tally.writes += 1
      tally.stored += changes.put.length
      tally.onStored(tally.stored)
    },
    close: () => storage.close(),
  })
  return { tally, storage: counting }
}

function hanging(storage?: OutboxStorage) {
  return connect('ws://null.test', {
    queue: { maxMessages: Infinity, maxBytes: Infinity, ...(storage ? { storage } : {}) },
    connectTimeout: 600_000,
    environment: { WebSocket: HangingSocket },
  })
}

/** Calls back every task until it is told to stop; returns the longest that it had to wait, in ms. */
function watch(): () => number {
  const { port1, port2 } = new MessageChannel()
  let last = performance.now()
  let longest = 0
  port1.onmessage = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    port2.postMessage(undefined)
  }
  port2.postMessage(undefined)
  return () => {
    port1.close()
    return longest
  }
}

/** ms for so many calls of the native class. */
async function sendBare(url: string, count: number): Promise<number> {
  const socket = new WebSocket(url)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  const start = performance.now()
  for (let i = 0; i < count; i++) socket.send(TEXT)
  const took = performance.now() - start
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  socket.close()
  await closed
  return took
}

/** ms for so many calls of `send()` on an open connection. */
async function sendOpen(url: string, isStored: boolean, count: number): Promise<number> {
  const storage = isStored ? { storage: indexedDbOutbox({ name: 'bench' }) } : {}
  const connection = connect(url, { queue: storage })
  await connection.deliver('open, and the storage is known')
  const start = performance.now()
  for (let i = 0; i < count; i++) connection.send(TEXT)
  const took = performance.now() - start
  await connection.close(undefined, '', { drainTimeout: 10_000 })
  return took
}

/** Sends while there is no connection. */
async function sendDown(isStored: boolean, count: number, prefix: string): Promise<StoredSend> {
  const { tally, storage } = counted(indexedDbOutbox({ name: 'bench' }))
  const connection = hanging(isStored ? storage : undefined)
  const message = prefix + TEXT
  const blocked = watch()
  const start = performance.now()
  const stored = new Promise<number>((resolve) => {
    if (!isStored) return resolve(start)
    tally.onStored = (reached) => {
      if (reached === count) resolve(performance.now())
    }
  })
  for (let i = 0; i < count; i++) connection.send(message)
  const sending = performance.now() - start
  const storing = (await stored) - start
  const result = { sending, storing, writes: tally.writes, blocked: blocked() }
  await connection.close()
  return result
}

/** Sends so many while the connection hangs, and leaves them there. */
async function leave(count: number): Promise<void> {
  const { tally, storage } = counted(indexedDbOutbox({ name: 'left' }))
  const connection = hanging(storage)
  const stored = new Promise<void>((resolve) => {
    tally.onStored = (reached) => {
      if (reached === count) resolve()
    }
  })
  for (let i = 0; i < count; i++) connection.send(TEXT)
  await stored
}

/** ms from a page's `connect()` until it has back what a former life has left. */
async function restore(count: number): Promise<number> {
  const start = performance.now()
  const connection = hanging(indexedDbOutbox({ name: 'left' }))
  const event = await new Promise<ConnectionEvent>((resolve) => {
    connection.events$.subscribe((each) => {
      if (each.type === 'restored') resolve(each)
    })
  })
  const took = performance.now() - start
  if (event.type !== 'restored' || event.count !== count) throw new Error('Not all came back')
  await connection.close()
  return took
}

Object.assign(globalThis, { sendBare, sendOpen, sendDown, leave, restore })

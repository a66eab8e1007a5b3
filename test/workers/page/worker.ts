import { bufferFrames, type ConnectionEvent, connect, constant, type RawOutgoing } from '@holdfast/core'
import { indexedDbOutbox } from '@holdfast/core/storage'
import { countStored } from '../../support/stored-messages.ts'

/** What a test can have done in a worker. */
export interface WorkerControl {
  /** Which global scope it runs in. */
  scope(): string
  /** Another one for each worker. */
  identity(): string
  connect(url: string, options?: { stored?: string; heartbeat?: boolean; highWaterMark?: number }): void
  send(...messages: string[]): void
  /** One of each kind that a socket sends. */
  sendKinds(): void
  /** Numbered messages of so many bytes. */
  flood(count: number, bytes: number): void
  /** Messages in the database of this name. */
  stored(name: string): Promise<number>
  report(): Report
  close(): Promise<number>
}

export interface Report {
  readonly statuses: readonly string[]
  /** As bufferFrames() hands them on. */
  readonly frames: readonly (readonly unknown[])[]
  readonly errors: readonly string[]
  /** What the last connection was given, and what became of it. */
  readonly outbox: { queued: number; written: number; recovered: number; unconfirmed: number }
  /** How many messages came out of the storage. */
  readonly restored: number
  /** Numbers of those that were told as unconfirmed. */
  readonly told: readonly number[]
}

const identity = crypto.randomUUID()
let connection: ReturnType<typeof connect> | undefined
let restored = 0
const statuses: string[] = []
const frames: (readonly unknown[])[] = []
const errors: string[] = []
const told: number[] = []

function living(): NonNullable<typeof connection> {
  if (connection) return connection
  throw new Error('There is no connection.')
}

function onEvent(event: ConnectionEvent): void {
  if (event.type === 'restored') restored += event.count
  if (event.type === 'unconfirmed')
    told.push(...event.messages.map((message) => Number.parseInt(String(message), 10)))
}

const control: WorkerControl = {
  scope: () => globalThis.constructor.name,
  identity: () => identity,
  connect(url, { stored, heartbeat = false, highWaterMark } = {}) {
    connection = connect(url, {
      reconnect: { backoff: constant(50) },
      heartbeat: heartbeat && {
        message: () => 'ping',
        isReply: (incoming) => incoming === 'pong',
        interval: 200,
        timeout: 200,
      },
      queue: {
        maxBytes: 2 ** 30,
        keepWritten: Infinity,
        ...(highWaterMark !== undefined && { highWaterMark }),
        ...(stored !== undefined && { storage: indexedDbOutbox({ name: stored }) }),
      },
    })
    connection.state$.subscribe(({ status }) => statuses.push(status))
    connection.errors$.subscribe(({ code }) => errors.push(code))
    connection.events$.subscribe(onEvent)
    connection.messages$.pipe(bufferFrames()).subscribe((frame) => frames.push(frame))
  },
  send(...messages) {
    for (const message of messages) living().send(message)
  },
  sendKinds() {
    const kinds: RawOutgoing[] = [
      'text 🙂',
      new Uint8Array([1, 2, 3]).subarray(1),
      new Uint8Array([4, 5]).buffer,
    ]
    for (const kind of [...kinds, new Blob(['blob'])]) living().send(kind)
  },
  flood(count, bytes) {
    for (let i = 0; i < count; i++) living().send(`${i};`.padEnd(bytes, '.'))
  },
  stored: countStored,
  report() {
    const { queued, written, recovered, unconfirmed } = living().outbox
    const outbox = { queued, written, recovered, unconfirmed }
    return { statuses, frames, errors, outbox, restored, told }
  },
  close: async () => (await living().close()).undelivered.length,
}

/** A message of the page: a number for its answer, a method, what it takes. */
type Order = readonly [id: number, method: keyof WorkerControl, values: readonly unknown[]]

interface Port {
  onmessage: ((event: MessageEvent<Order>) => void) | null
  postMessage(answer: readonly [id: number, value: unknown]): void
}

function obey(port: Port): void {
  port.onmessage = async ({ data: [id, method, values] }) => {
    port.postMessage([id, await Reflect.apply(control[method], control, values)])
  }
}

// The scope of a dedicated worker is its port; that of a shared one is told of each page's.
if ('onconnect' in globalThis) {
  Object.assign(globalThis, { onconnect: ({ ports: [port] }: MessageEvent) => port && obey(port) })
} else {
  obey(globalThis as unknown as Port)
}

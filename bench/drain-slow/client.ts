import { connect, type WebSocketConstructor } from '@holdfast/core'
import { BARE } from '../clients.ts'
import { peers } from '../peers.ts'

/** One that dials where it is told to, when it is told. */
interface Waiting {
  send(message: string): unknown
}

/** Takes a million messages of any size. */
const ENDLESS = { maxMessages: Infinity, maxBytes: Infinity }

type Open = (url: () => Promise<string>, WebSocket: WebSocketConstructor) => Waiting

const ours: Open = (url, WebSocket) =>
  connect(url, { environment: { WebSocket }, queue: ENDLESS, connectTimeout: Infinity })

/** A list, all of it sent at `open`: what the line and the native class do by themselves. */
const bare: Open = (url, WebSocket) => {
  const list: string[] = []
  url().then((text) => {
    const native = new WebSocket(text)
    native.addEventListener('open', (() => {
      for (const message of list) native.send(message as never)
      list.length = 0
    }) as never)
  })
  return { send: (message) => list.push(message) }
}

/** By name, ours first. */
export async function openers(): Promise<[name: string, open: Open][]> {
  const others = (await peers()).map(({ name, connect }): [string, Open] => [name, connect])
  return [['holdfast', ours], [BARE, bare], ...others]
}

/** A client with a queue: everything is queued before it may dial. */
export class QueuedClient {
  readonly #client: Waiting
  #native: { readonly bufferedAmount?: number } | undefined
  #peak = 0
  #count = 0
  #go: () => void = () => {}

  constructor(open: Open, url: string, Native: WebSocketConstructor) {
    const gate = new Promise<string>((resolve) => {
      this.#go = () => resolve(url)
    })
    const told = (native: object): void => {
      this.#native = native
    }
    class Watched extends Native {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols)
        told(this)
      }
    }
    this.#client = open(() => gate, Watched)
  }

  fill(count: number, size: number): void {
    const end = this.#count + count
    for (; this.#count < end; this.#count++) this.#client.send(`${this.#count};`.padEnd(size, '.'))
  }

  start(): void {
    this.#go()
  }

  /** The highest native `bufferedAmount` that was seen; to be asked now and then. */
  get peak(): number {
    this.#peak = Math.max(this.#peak, this.#native?.bufferedAmount ?? 0)
    return this.#peak
  }
}

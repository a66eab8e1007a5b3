// ns and bytes for one message on a socket without a network: what a client costs by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@holdfast/core'
import { ReconnectingWebSocket } from '@holdfast/core/websocket'
import { webSocket } from 'rxjs/webSocket'
import { NullSocket } from './null-socket.ts'
import { peers } from './peers.ts'
import { heapUsed, median, print, round, timed } from './tools.ts'

const URL = 'ws://null.test'
const MESSAGES = 200_000
const RUNS = 9

/** A way to send, and a subscriber that has been told of each message. */
interface Client {
  readonly send: (data: string) => void
  readonly listen: (listener: (data: unknown) => void) => void
}

interface Contender {
  readonly name: string
  readonly send: (data: string) => void
  /** How many messages its subscriber has seen. */
  readonly seen: () => number
  readonly native: NullSocket
}

function bare(): Client {
  const native = new NullSocket()
  return {
    send: (data) => native.send(data as never),
    listen: (listener) =>
      native.addEventListener('message', ((event: MessageEvent) => listener(event.data)) as never),
  }
}

function connection(): Client {
  const ours = connect(URL, { environment: { WebSocket: NullSocket } })
  return { send: (data) => ours.send(data), listen: (listener) => ours.messages$.subscribe(listener) }
}

function reconnectingWebSocket(): Client {
  const ours = new ReconnectingWebSocket(URL, [], { environment: { WebSocket: NullSocket } })
  return {
    send: (data) => ours.send(data),
    listen: (listener) => ours.addEventListener('message', ({ data }) => listener(data)),
  }
}

function rxjs(): Client {
  const subject = webSocket<unknown>({
    url: URL,
    WebSocketCtor: NullSocket as never, // as much of the class as it uses
    serializer: (value) => value as string,
    deserializer: ({ data }) => data,
  })
  return { send: (data) => subject.next(data), listen: (listener) => subject.subscribe(listener) }
}

async function contenders(): Promise<Contender[]> {
  const clients: [name: string, create: () => Client][] = [
    ['bare socket', bare],
    ['holdfast', connection],
    ['holdfast, ReconnectingWebSocket', reconnectingWebSocket],
    ['rxjs webSocket', rxjs],
  ]
  for (const { name, connect } of await peers()) {
    clients.push([
      name,
      () => {
        const socket = connect(URL, NullSocket)
        return {
          send: (data) => socket.send(data),
          listen: (listener) => socket.addEventListener('message', ({ data }) => listener(data)),
        }
      },
    ])
  }
  const all: Contender[] = []
  for (const [name, create] of clients) {
    const { send, listen } = create()
    let seen = 0
    listen((data) => {
      if (data !== undefined) seen += 1
    })
    await sleep(100)
    all.push({ name, native: last(), send, seen: () => seen })
  }
  return all
}

function last(): NullSocket {
  if (NullSocket.last?.readyState !== 1) throw new Error('It has not opened a socket')
  return NullSocket.last
}

const text = '{"id":1,"text":"hello"}'
const event = new MessageEvent('message', { data: text })
const all = await contenders()
const sends = new Map<string, number[]>()
const receives = new Map<string, number[]>()
// In turns, so that a slow moment of the machine meets all of them.
for (let run = 0; run < RUNS; run++) {
  for (const { name, native, send, seen } of all) {
    const [sentBefore, seenBefore] = [native.sent, seen()]
    const sending = await timed(() => {
      for (let i = 0; i < MESSAGES; i++) send(text)
    })
    const receiving = await timed(() => {
      for (let i = 0; i < MESSAGES; i++) native.dispatch('message', event)
    })
    if (native.sent - sentBefore !== MESSAGES) throw new Error(`${name} did not send everything`)
    if (seen() - seenBefore !== MESSAGES) throw new Error(`${name} did not hand on everything`)
    sends.set(name, [...(sends.get(name) ?? []), (sending.cpu * 1e6) / MESSAGES])
    receives.set(name, [...(receives.get(name) ?? []), (receiving.cpu * 1e6) / MESSAGES])
  }
}

/** Bytes that one call leaves on the heap for the collector, which has no reason to run meanwhile. */
async function allocated(call: () => void): Promise<number> {
  const count = 50_000
  await heapUsed()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < count; i++) call()
  return Math.max(0, Math.round((process.memoryUsage().heapUsed - before) / count))
}

const bytes = new Map<string, [send: number, receive: number]>()
for (const { name, native, send } of all) {
  bytes.set(name, [
    await allocated(() => send(text)),
    await allocated(() => native.dispatch('message', event)),
  ])
}

const bareSend = median(sends.get('bare socket') ?? [])
const bareReceive = median(receives.get('bare socket') ?? [])
print(
  `${RUNS} runs of ${MESSAGES} messages, medians, CPU time`,
  all.map(({ name }) => {
    const [send, receive] = [median(sends.get(name) ?? []), median(receives.get(name) ?? [])]
    return {
      client: name,
      'send, ns': round(send),
      '× bare send': round(send / bareSend),
      'receive, ns': round(receive),
      '× bare receive': round(receive / bareReceive),
      'bytes a send': bytes.get(name)?.[0] ?? 0,
      'bytes a message': bytes.get(name)?.[1] ?? 0,
    }
  }),
)
process.exit()

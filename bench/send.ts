// ns for one message on a socket without a network: what a client costs by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@holdfast/core'
import { NullSocket } from './null-socket.ts'
import { peers } from './peers.ts'
import { median, print, round, timed } from './tools.ts'

const MESSAGES = 200_000
const RUNS = 9

interface Contender {
  readonly name: string
  readonly send: (data: string) => void
  /** How many messages its subscriber has seen. */
  readonly seen: () => number
  readonly native: NullSocket
}

function bare(): Contender {
  const native = new NullSocket()
  let seen = 0
  const listener = (event: MessageEvent) => {
    if (event.data !== undefined) seen += 1
  }
  native.addEventListener('message', listener as never)
  return { name: 'bare socket', native, send: (data) => native.send(data as never), seen: () => seen }
}

async function ours(): Promise<Contender> {
  const connection = connect('ws://null.test', { environment: { WebSocket: NullSocket } })
  let seen = 0
  connection.messages$.subscribe((data) => {
    if (data !== undefined) seen += 1
  })
  await sleep(20)
  return { name: 'holdfast', native: last(), send: (data) => connection.send(data), seen: () => seen }
}

async function contenders(): Promise<Contender[]> {
  const all = [bare(), await ours()]
  for (const { name, connect } of await peers()) {
    const socket = connect('ws://null.test', NullSocket)
    let seen = 0
    socket.addEventListener('message', ({ data }) => {
      if (data !== undefined) seen += 1
    })
    await sleep(100)
    all.push({ name, native: last(), send: (data) => socket.send(data), seen: () => seen })
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
    }
  }),
)
process.exit()

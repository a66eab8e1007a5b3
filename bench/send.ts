// ns and bytes for one message on a socket without a network: what a client costs by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { BARE, clientKinds } from './clients.ts'
import { NullSocket } from './null-socket.ts'
import { heapUsed, median, print, round, timed, times } from './tools.ts'

const URL = 'ws://null.test'
const MESSAGES = 200_000
const RUNS = 9

interface Contender {
  readonly name: string
  readonly send: (data: string) => void
  /** How many messages its subscriber has seen. */
  readonly seen: () => number
  readonly native: NullSocket
}

async function contenders(): Promise<Contender[]> {
  const all: Contender[] = []
  for (const { name, open } of await clientKinds()) {
    const { send, listen } = open(URL, NullSocket)
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

function figures(runs: ReadonlyMap<string, readonly number[]>, name: string): [ns: number, ratio: string] {
  const own = runs.get(name) ?? []
  return [round(median(own)), times(own, runs.get(BARE) ?? [])]
}

print(
  `${RUNS} runs of ${MESSAGES} messages, medians and quartiles, CPU time`,
  all.map(({ name }) => {
    const [send, timesSend] = figures(sends, name)
    const [receive, timesReceive] = figures(receives, name)
    return {
      client: name,
      'send, ns': send,
      '× bare send': timesSend,
      'receive, ns': receive,
      '× bare receive': timesReceive,
      'bytes a send': bytes.get(name)?.[0] ?? 0,
      'bytes a message': bytes.get(name)?.[1] ?? 0,
    }
  }),
)
process.exit()

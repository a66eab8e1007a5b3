/** One process of the bench: each client in turn, a few times. What V8 inlines differs from process to process. */
import { setTimeout as sleep } from 'node:timers/promises'
import { clientKinds } from '../clients.ts'
import { NullSocket } from '../null-socket.ts'
import { heapUsed, median, timed } from '../tools.ts'

const URL = 'ws://null.test'
/** The first are those of code that is not compiled yet, for each client another number of them. */
const WARM_UP = 4
const RUNS = 5

/** Messages of one run. */
const MESSAGES = Number(process.argv[2])

/** What one client took in this process, in ns a message; and what it left on the heap. */
export interface Costs {
  readonly client: string
  readonly send: number
  readonly receive: number
  readonly bytesSend: number
  readonly bytesReceive: number
}

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
for (let run = -WARM_UP; run < RUNS; run++) {
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
    if (run < 0) continue
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

const costs: Costs[] = []
for (const { name, native, send } of all) {
  costs.push({
    client: name,
    send: median(sends.get(name) ?? []),
    receive: median(receives.get(name) ?? []),
    bytesSend: await allocated(() => send(text)),
    bytesReceive: await allocated(() => native.dispatch('message', event)),
  })
}
process.send?.(costs)
process.once('disconnect', () => process.exit())

/**
 * µs for one request and its answer, by how many are in flight: found by id, it stays the same. Beside it what one
 * writes by hand: a Map of promises, over the bare socket.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type RequestOptions } from '@holdfast/core'
import { NullSocket } from './null-socket.ts'
import { median, print, round, times } from './tools.ts'

const RUNS = 7
const ANSWERS = 50_000

const idOf = (message: unknown) => Number(message)

type Way = (id: number) => RequestOptions<unknown>

const BY_HAND = 'a Map, by hand'
const MATCH = 'match'

const WAYS: Readonly<Record<string, Way | undefined>> = {
  [BY_HAND]: undefined,
  'id, one idOf': (id) => ({ id, idOf }),
  'id, an idOf each': (id) => ({ id, idOf: (message) => Number(message) }),
  [MATCH]: (id) => ({ match: (message) => message === `${id}` }),
}

/** Sends a request with this id. */
type Ask = (id: number) => Promise<unknown>

/** What is connected: who asks over it, how it is answered, and its end. */
interface Contender {
  readonly ask: Ask
  readonly native: NullSocket
  readonly close: () => unknown
}

async function opened(way: Way | undefined): Promise<Contender> {
  const contender = way ? ours(way) : byHand()
  await sleep(5)
  const native = NullSocket.last
  if (native?.readyState !== 1) throw new Error('Nobody has dialled.')
  return { ...contender, native }
}

function ours(way: Way): Omit<Contender, 'native'> {
  const connection = connect('ws://null.test', { environment: { WebSocket: NullSocket } })
  return { ask: (id) => connection.request(`${id}`, way(id)), close: () => connection.close() }
}

function byHand(): Omit<Contender, 'native'> {
  const native = new NullSocket()
  const waiting = new Map<number, (answer: unknown) => void>()
  native.addEventListener('message', (({ data }: { data: string }) => {
    const id = Number(data)
    waiting.get(id)?.(data)
    waiting.delete(id)
  }) as never)
  const ask: Ask = (id) =>
    new Promise((resolve) => {
      waiting.set(id, resolve)
      native.send(`${id}` as never)
    })
  return { ask, close: () => native.close() }
}

/** µs for each of many requests, with so many in flight at a time. */
async function measure(inFlight: number, way: Way | undefined, total: number): Promise<number> {
  const { ask, native, close } = await opened(way)
  const started = performance.now()
  for (let sent = 0; sent < total; sent += inFlight) {
    const answers = Array.from({ length: inFlight }, (_, id) => ask(id))
    // The newest first: the worst case for whoever looks through a list from its beginning.
    for (let id = inFlight - 1; id >= 0; id--) native.dispatch('message', { data: `${id}` })
    await Promise.all(answers)
  }
  const elapsed = performance.now() - started
  await close()
  return (elapsed * 1_000) / total
}

const names = Object.keys(WAYS)
for (const inFlight of [10, 100, 1_000, 10_000]) {
  const runs = new Map<string, number[]>(names.map((name) => [name, []]))
  // In turns, so that a slow moment of the machine meets all of them; the first turn warms up.
  for (let run = 0; run <= RUNS; run++) {
    for (const name of names) {
      // Asking each costs the square: fewer of them tell as much.
      const total = name === MATCH ? Math.max(inFlight, 2_000) : ANSWERS
      if (name === MATCH && inFlight > 1_000) continue
      const taken = await measure(inFlight, WAYS[name], total)
      if (run > 0) runs.get(name)?.push(taken)
    }
  }
  const byHand = runs.get(BY_HAND) ?? []
  print(
    `${inFlight} in flight, medians and quartiles of ${RUNS} runs`,
    names.flatMap((name) => {
      const own = runs.get(name) ?? []
      if (own.length === 0) return []
      return {
        'the answer is known by': name,
        'µs for a request and its answer': round(median(own), 2),
        '× by hand': times(own, byHand),
      }
    }),
  )
}

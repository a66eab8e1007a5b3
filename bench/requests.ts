// µs for one request and its answer, by how many are in flight: found by id, it stays the same.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type RequestOptions } from '@holdfast/core'
import { NullSocket } from './null-socket.ts'
import { median, print, round } from './tools.ts'

const RUNS = 5
const ANSWERS = 50_000

const idOf = (message: unknown) => Number(message)

const WAYS: Readonly<Record<string, (id: number) => RequestOptions<unknown>>> = {
  'id, one idOf': (id) => ({ id, idOf }),
  'id, an idOf each': (id) => ({ id, idOf: (message) => Number(message) }),
  match: (id) => ({ match: (message) => message === `${id}` }),
}

/** µs for each of many requests, with so many in flight at a time. */
async function measure(
  inFlight: number,
  way: (id: number) => RequestOptions<unknown>,
  total: number,
): Promise<number> {
  const connection = connect('ws://null.test', { environment: { WebSocket: NullSocket } })
  await sleep(5)
  const native = NullSocket.last
  if (!native) throw new Error('Nobody has dialled.')
  const started = performance.now()
  for (let sent = 0; sent < total; sent += inFlight) {
    const answers = Array.from({ length: inFlight }, (_, id) => connection.request(`${id}`, way(id)))
    // The newest first: the worst case for whoever looks through a list from its beginning.
    for (let id = inFlight - 1; id >= 0; id--) native.dispatch('message', { data: `${id}` })
    await Promise.all(answers)
  }
  const elapsed = performance.now() - started
  await connection.close()
  return (elapsed * 1_000) / total
}

const rows: Record<string, string | number>[] = []
for (const [name, way] of Object.entries(WAYS)) {
  const row: Record<string, string | number> = { 'the answer is known by': name }
  for (const inFlight of [10, 100, 1_000, 10_000]) {
    // Asking each costs the square: fewer of them tell as much.
    const total = name === 'match' ? Math.max(inFlight, 2_000) : ANSWERS
    if (name === 'match' && inFlight > 1_000) continue
    const runs: number[] = []
    for (let run = 0; run < RUNS; run++) runs.push(await measure(inFlight, way, total))
    row[`${inFlight} in flight`] = round(median(runs), 2)
  }
  rows.push(row)
}
print('µs for one request and its answer', rows)

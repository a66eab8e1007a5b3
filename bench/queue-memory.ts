/**
 * A million small messages are queued, then drained into a socket that takes everything: memory, and time of the
 * processor, of each client in processes of its own. The bare socket has a list, all of it sent at `open`.
 *
 *     npm run bench:queue-memory [-- processes]
 */
import { startChild } from './child.ts'
import { BARE } from './clients.ts'
import { openers } from './drain-slow/client.ts'
import type { Costs } from './queue-memory/child.ts'
import { mean, print, spread, times } from './tools.ts'

const TOTAL = 1_000_000
const [PROCESSES = 7] = process.argv.slice(2).map(Number)

const names = (await openers()).map(([name]) => name)
const runs = new Map<string, Costs[]>(names.map((name) => [name, []]))
// In turns, so that a slow moment of the machine meets all of them.
for (let run = 0; run < PROCESSES; run++) {
  for (const name of names) {
    const child = await startChild<Costs>(new URL('queue-memory/child.ts', import.meta.url), [
      name,
      String(TOTAL),
    ])
    runs.get(name)?.push(child.ready)
    await child.end()
  }
}

const of = (name: string, figure: (costs: Costs) => number): number[] => (runs.get(name) ?? []).map(figure)
const against = (name: string, figure: (costs: Costs) => number): string =>
  times(of(name, figure), of(BARE, figure))
const title = `medians and quartiles of ${PROCESSES} processes each`
print(
  `Queueing ${TOTAL.toLocaleString('en')}, ${title}`,
  names.map((client) => ({
    client,
    'CPU ns / message, first quarter': spread(
      of(client, ({ queueing }) => queueing[0] ?? 0),
      0,
    ),
    'last quarter': spread(
      of(client, ({ queueing }) => queueing.at(-1) ?? 0),
      0,
    ),
    '× bare, all quarters': against(client, ({ queueing }) => mean(queueing)),
    'heap bytes / message': spread(
      of(client, ({ bytesQueued }) => bytesQueued),
      1,
    ),
  })),
)
print(
  `Draining, ${title}`,
  names.map((client) => ({
    client,
    'CPU ns / message': spread(
      of(client, ({ draining }) => draining),
      0,
    ),
    '× bare': against(client, ({ draining }) => draining),
    'ns on the clock / message': spread(
      of(client, ({ drainingElapsed }) => drainingElapsed),
      0,
    ),
    'heap bytes left / message': spread(
      of(client, ({ bytesLeft }) => bytesLeft),
      1,
    ),
  })),
)

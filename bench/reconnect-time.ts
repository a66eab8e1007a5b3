// Many seeded losses on a real server: the delay that is kept against the one that was drawn.
import { type ConnectionState, connect, fullJitter } from '@holdfast/core'
import { WebSocket } from 'ws'
import { createFaultyProxy } from '../test/support/faulty-proxy.ts'
import { integer, seeded } from '../test/support/random.ts'
import { createServer } from '../test/support/server.ts'
import { waitFor } from '../test/support/wait-for.ts'
import { combined, mean, print, quantile, type Row, round } from './tools.ts'

/** The default backoff, at a fortieth of its time. */
const SCALE = 1 / 40
const BASE = 4_000 * SCALE
const CAP = 30_000 * SCALE
const LOSSES = 150
/** One run each. */
const SEEDS = [1, 2, 3]

interface Wait {
  /** Which delay of its outage it was: 1 for the first. */
  readonly turn: number
  readonly drawn: number
  /** ms after the time at which the dial was due. */
  readonly late: number
}

async function run(code: 1006 | 1001, seed: number): Promise<{ waits: Wait[]; ceiling(wait: Wait): number }> {
  await using server = await createServer()
  await using proxy = await createFaultyProxy(server)
  const random = seeded(seed)
  const connection = connect(proxy.url, {
    // The table spreads a 1001 over 5 s: scaled, as the backoff, by its draw.
    environment: { WebSocket, random: () => random() * (code === 1001 ? SCALE : 1) },
    reconnect: {
      backoff: fullJitter(code === 1001 ? {} : { base: BASE, cap: CAP }),
      stableAfter: 0,
    },
  })
  const waits: Wait[] = []
  let turn = 0
  let previous: ConnectionState | undefined
  connection.state$.subscribe((state) => {
    if (state.status === 'open') turn = 0
    if (state.status === 'waiting') turn += 1
    if (previous?.status === 'waiting') {
      waits.push({ turn, drawn: previous.delay, late: Date.now() - previous.retryAt })
    }
    previous = state
  })
  for (let loss = 0; loss < LOSSES; loss++) {
    await waitFor(() => connection.state.status === 'open')
    const before = waits.length
    const refusals = code === 1006 && random() < 0.3 ? integer(random, 1, 4) : 0
    if (refusals > 0) await proxy.refuse()
    if (code === 1006) proxy.reset()
    else server.closeAll(1001)
    await waitFor(() => waits.length > before + refusals, { timeout: 30_000 })
    if (refusals > 0) await proxy.refuse(false)
  }
  await connection.close()
  const ceiling = ({ turn }: Wait): number =>
    code === 1001 && turn === 1 ? 5_000 * SCALE : Math.min(CAP, BASE * 2 ** (turn - 1))
  return { waits, ceiling }
}

/** One run: every loss of both codes. */
async function measure(seed: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const code of [1006, 1001] as const) {
    const { waits, ceiling } = await run(code, seed)
    const late = waits.map((wait) => wait.late)
    const drawn = waits.map((wait) => wait.drawn / ceiling(wait))
    rows.push({
      code: String(code),
      waits: waits.length,
      'longest outage, waits': Math.max(...waits.map(({ turn }) => turn)),
      'drawn above the ceiling': waits.filter((wait) => wait.drawn > ceiling(wait)).length,
      'dialled early': late.filter((by) => by < -2).length,
      'mean draw / ceiling': round(mean(drawn), 2),
      'late ms, median': round(quantile(late, 0.5), 2),
      'late ms, p99': round(quantile(late, 0.99), 2),
      'late ms, max': round(Math.max(...late), 2),
    })
  }
  return rows
}

const runs: Row[][] = []
for (const seed of SEEDS) runs.push(await measure(seed))
print(
  `Delays kept against drawn; full jitter, base ${BASE} ms, cap ${CAP} ms; 1001: 0–${5_000 * SCALE} ms; medians of ${SEEDS.length} runs, the least and the most`,
  combined(runs),
)

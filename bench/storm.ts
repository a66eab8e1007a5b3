// A crowd that is cut at once comes back to a server that is down, then slow: our default policy against the
// formulas of other clients, in virtual time.
//
//   npm run bench:storm                            a million clients
//   npm run bench:storm -- 10000000                ten million, on the same server
//   npm run bench:storm -- 10000000 200000         on one that does 200,000 handshakes a second
//   npm run bench:storm -- --only Holdfast         clients with this in their name
//   npm run bench:storm -- --refusal 0             refusals cost the server nothing
//   npm run bench:storm -- --backlog 100           no more than 100 ms of work may wait for it
//   npm run bench:storm -- --write                 the million, written to docs/storm.md and its chart
import { parseArgs } from 'node:util'
import { chart, type Line } from './storm/chart.ts'
import { COLUMNS, cells, header, type Row, table } from './storm/columns.ts'
import { figuresOf } from './storm/figures.ts'
import { MODEL, type Model } from './storm/model.ts'
import { CUT, TOLD } from './storm/ours.ts'
import { provenance, write } from './storm/page.ts'
import { PEERS } from './storm/peers.ts'
import type { Policy } from './storm/policy.ts'
import { simulate } from './storm/simulate.ts'
import { print, round, timed } from './tools.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    refusal: { type: 'string', default: String(MODEL.refusalCost) },
    backlog: { type: 'string', default: String(MODEL.backlog) },
    write: { type: 'boolean', default: false },
  },
})
const [clients = MODEL.clients, capacity = MODEL.capacity] = positionals.map((text) =>
  number(text.replaceAll(/[_,]/g, '')),
)
const model: Model = {
  ...MODEL,
  clients,
  capacity,
  refusalCost: number(values.refusal),
  backlog: number(values.backlog),
}
if (values.write && (process.argv.length > 3 || positionals.length > 0)) {
  throw new Error('Only the standard storm is written: give --write alone')
}

function number(text: string): number {
  const value = Number(text)
  if (!(value >= 0)) throw new Error(`Not a number: ${text}`)
  return value
}

const lines: Line[] = []

/** One storm each; what it took is told at once, for millions take a while. */
async function run(policies: readonly Policy[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const policy of policies.filter(({ name }) => name.includes(values.only))) {
    let row: Row | undefined
    const { elapsed } = await timed(() => {
      const storm = simulate(policy, model)
      row = { policy, figures: figuresOf(storm) }
      const end = COLUMNS.at(-1)?.text(row.figures) ?? ''
      const caption = storm.ending === 'all back' ? `all back after ${end}` : end
      lines.push({ name: policy.name, caption, isOurs: policy === CUT, storm })
    })
    if (row) rows.push(row)
    const memory = round(process.resourceUsage().maxRSS / 1_024, 0)
    console.log(`${policy.name}: ${round(elapsed / 1_000)} s, ${memory} MiB at the most so far`)
  }
  return rows
}

function records(rows: readonly Row[]): Record<string, string>[] {
  return rows.map((row) => {
    const texts = cells(row)
    return Object.fromEntries(header().map((title, index) => [title, texts[index] ?? '']))
  })
}

const told = await run(TOLD)
lines.length = 0
const cut = await run([CUT, ...PEERS])
print(`${clients.toLocaleString('en-GB')} clients, ${capacity.toLocaleString('en-GB')} handshakes a second`, [
  ...records(cut),
  ...records(told),
])

if (values.write) {
  const figures = [
    table(cut),
    'When the server says that it goes (1001), or that it restarts (1012):',
    table(told, false),
    provenance('npm run bench:storm -- --write'),
    'Where the formulas are from:',
    [CUT, ...PEERS].map(({ name, source }) => `- ${name}: ${source}`).join('\n'),
  ]
  write(figures.join('\n\n'), chart(lines, model))
}

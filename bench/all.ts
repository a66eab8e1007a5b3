/**
 * All figures in one run, written to docs/benchmarks.md; with names, those alone, printed, and with `--write` put in the
 * place of the old ones.
 *
 *     npm run bench [-- send drain … [--write]]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine, page, retaken, type Section, versions } from './page.ts'

/** One that hangs, or fails, must not hold up the others. */
const LONGEST = 45 * 60_000

const BENCHES: readonly (readonly [name: string, heading: string, about: string])[] = [
  [
    'send',
    'One message on a socket without a network',
    'What a client costs by itself: time of the processor, and bytes left for the garbage collector.',
  ],
  [
    'loopback',
    'Messages over loopback',
    'To a server in a process of its own and from it, each client against a bare socket in the same round.',
  ],
  [
    'size',
    'Size',
    'What the import that a user writes adds to a bundle, minified, without the packages named beside it.',
  ],
  [
    'drain',
    'A queue that drains',
    'Queued while there is no connection, then written: how much the native buffer is given at once.',
  ],
  [
    'drain-slow',
    'A million messages over a slow line',
    'Queued while there is no connection, then drained at 10 Mbit/s: the use of the line, memory, and blocked pages.',
  ],
  [
    'queue-memory',
    'A million queued messages',
    'Memory for each message, whether a longer queue is slower, and what that costs beside a list.',
  ],
  [
    'reconnect-time',
    'When it dials again',
    'The delay that was drawn against the one that was kept, over many losses, at a fortieth of its length.',
  ],
  [
    'recovery',
    'From a fault until it is open again',
    'Ours with its defaults and others with theirs, a crowd of each, over `ws`; from the fault, or from when it is over.',
  ],
  [
    'loss',
    'Messages that are lost',
    'Sent into faults, and counted at the server: lost, told of, twice, out of order.',
  ],
  [
    'cycles',
    'Ten thousand connections, one after the other',
    'Whether timers, listeners or memory are left behind.',
  ],
  ['requests', 'Requests', 'The answer found by its id, and by a function that looks at each.'],
  ['stored', 'A queue that is stored', 'In IndexedDB, in Chromium, against one in memory.'],
  [
    'react-burst',
    'React: 10,000 messages in a burst',
    'Renders, and time of the processor against a bare `onmessage`.',
  ],
  ['vue-burst', 'Vue: 10,000 messages in a burst', 'The same, with what a watcher sees of them.'],
  [
    'ticker',
    'The ticker: 5,000 updates a second',
    'Frames of a trace of `examples/ticker`, rendered once a frame and for each message.',
  ],
  [
    'two-layers',
    'Clients that retry by themselves',
    'Live connections that are left after an outage of 10 s, where 1 is right.',
  ],
]

const { values, positionals: names } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = names.find((name) => BENCHES.every(([known]) => known !== name))
if (unknown !== undefined) throw new Error(`There is no bench:${unknown}.`)
const chosen = BENCHES.filter(([name]) => names.length === 0 || names.includes(name))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
const load = loadavg()[0] ?? 0
const sections: Section[] = []
const failed: string[] = []
try {
  for (const [name, heading, about] of chosen) {
    const file = join(folder, `${name}.jsonl`)
    writeFileSync(file, '')
    const isDone = await run(name, file)
    if (!isDone) failed.push(name)
    const tables = readFileSync(file, 'utf8').split('\n').filter(Boolean)
    sections.push({
      heading,
      about,
      command: `npm run bench:${name}`,
      tables: tables.map((line) => JSON.parse(line)),
    })
  }
} finally {
  rmSync(folder, { recursive: true })
}
if (failed.length > 0) throw new Error(`These failed, and nothing is written: ${failed.join(', ')}.`)
const isWhole = names.length === 0
if (isWhole || values.write) {
  const path = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))
  const text = isWhole
    ? page(sections, machine(load), versions())
    : retaken(readFileSync(path, 'utf8'), sections, machine(load))
  writeFileSync(path, text)
  console.log('docs/benchmarks.md is written.')
}

async function run(name: string, file: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', `bench:${name}`], {
    env: { ...process.env, BENCH_TABLES: file },
    stdio: 'inherit',
    timeout: LONGEST,
  })
  const [code] = await once(child, 'exit')
  return code === 0
}

/**
 * Messages to a server and from it, over loopback: the rate, and the time of the processor, against a bare socket.
 *
 *     npm run bench:loopback [-- rounds [ws undici Chromium]]
 */
import type { WebSocketConstructor } from '@holdfast/core'
import { nativeClasses } from '../test/server/native-classes.ts'
import { seeded } from '../test/support/random.ts'
import { servePage } from '../test/support/serve-page.ts'
import { startChild } from './child.ts'
import { BARE, clientKinds } from './clients.ts'
import { CHUNK, type Direction, type Load, prepare } from './loopback/load.ts'
import { QuietBrowser } from './quiet-browser.ts'
import { median, print, type Row, round, spread, timed } from './tools.ts'

const [rounds = '7', ...chosen] = process.argv.slice(2)
const ROUNDS = Number(rounds)
const DIRECTIONS: readonly Direction[] = ['up', 'down']
/** Those of a run: a quarter of a second and more, for the clock of the processor to tell. */
const LOADS: Record<'node' | 'page', Record<Direction, readonly Load[]>> = {
  node: {
    up: [
      { size: 64, count: 61_440 },
      { size: 4_096, count: 20_480 },
    ],
    down: [
      { size: 64, count: 204_800 },
      { size: 4_096, count: 40_960 },
    ],
  },
  page: {
    up: [
      { size: 64, count: 30_720 },
      { size: 4_096, count: 5_120 },
    ],
    down: [
      { size: 64, count: 40_960 },
      { size: 4_096, count: 10_240 },
    ],
  },
}

interface Sample {
  /** Messages in a second. */
  readonly rate: number
  /** µs of the processor for a message. */
  readonly cpu: number
}

/** The clients of one place, by number, and how one is measured there. */
interface Stage {
  readonly native: string
  readonly names: readonly string[]
  readonly loads: Record<Direction, readonly Load[]>
  measure(client: number, direction: Direction, load: Load): Promise<Sample>
}

async function inNode(native: string, Native: WebSocketConstructor, origin: string): Promise<Stage> {
  const kinds = await clientKinds()
  return {
    native,
    names: kinds.map(({ name }) => name),
    loads: LOADS.node,
    async measure(client, direction, load) {
      const kind = kinds[client]
      if (!kind) throw new Error('There are not so many clients')
      const run = await prepare(kind, Native, origin, direction, load)
      globalThis.gc?.()
      let elapsed = Number.NaN
      const { cpu } = await timed(async () => {
        elapsed = await run()
      })
      return { rate: (load.count / elapsed) * 1_000, cpu: (cpu * 1_000) / load.count }
    },
  }
}

async function inChromium(browser: QuietBrowser, page: string, origin: string): Promise<Stage> {
  const { evaluate, until, collect, mainThread } = await browser.open(page)
  await until('globalThis.run !== undefined')
  return {
    native: 'Chromium',
    names: await evaluate<string[]>('names'),
    loads: LOADS.page,
    async measure(client, direction, load) {
      await evaluate(`prepare(${[client, origin, direction, load].map((each) => JSON.stringify(each))})`)
      await collect()
      const before = await mainThread()
      const elapsed = await evaluate<number>('run()')
      const cpu = (await mainThread()) - before
      return { rate: (load.count / elapsed) * 1_000, cpu: (cpu * 1_000) / load.count }
    },
  }
}

/** In turns, in another order each time, so that a slow moment of the machine meets all; the first only warms up. */
async function compare({ native, names, loads, measure }: Stage): Promise<void> {
  const random = seeded(1)
  // The bare socket once more, as if it were a client: what it differs from itself is noise.
  const clients = [...names.keys(), 0]
  for (const direction of DIRECTIONS) {
    for (const load of loads[direction]) {
      const samples: Sample[][] = clients.map(() => [])
      for (let run = 0; run <= ROUNDS; run++) {
        const order = [...clients.keys()].map((place) => [random(), place] as const).sort(([a], [b]) => a - b)
        for (const [, place] of order) {
          const sample = await measure(clients[place] ?? 0, direction, load)
          if (run > 0) samples[place]?.push(sample)
        }
      }
      const title = direction === 'up' ? 'to the server' : 'from the server'
      print(
        `${native}, ${load.size} bytes ${title}, ${load.count} messages a run, medians and quartiles of ${ROUNDS}; ${CAPTION[direction]}`,
        clients.map((client, place) => {
          const name = `${names[client]}${place < names.length ? '' : ', once more'}`
          return row(name, samples[place] ?? [], samples[0] ?? [])
        }),
      )
    }
  }
}

const CAPTION: Record<Direction, string> = {
  up: `at most ${(6 * CHUNK) / 1_024} KiB on their way, the server asks for more`,
  down: 'as fast as the client reads',
}

/** The ratios are those of each round, so that what slows a round down is not in them. */
function row(client: string, samples: readonly Sample[], bare: readonly Sample[]): Row {
  const ratios = (of: keyof Sample): number[] =>
    samples.map((sample, round) => sample[of] / (bare[round]?.[of] ?? Number.NaN))
  return {
    client,
    'messages/s': Math.round(median(samples.map(({ rate }) => rate))),
    '× bare rate': client === BARE ? '1' : spread(ratios('rate')),
    'CPU µs a message': round(median(samples.map(({ cpu }) => cpu)), 2),
    '× bare CPU': client === BARE ? '1' : spread(ratios('cpu')),
  }
}

const isChosen = (native: string): boolean => chosen.length === 0 || chosen.includes(native)
const server = await startChild<string>(new URL('loopback/server.ts', import.meta.url))
try {
  for (const [native, Native] of nativeClasses) {
    if (isChosen(native)) await compare(await inNode(native, Native, server.ready))
  }
  if (isChosen('Chromium')) {
    const page = await servePage(`${import.meta.dirname}/loopback`)
    const browser = await QuietBrowser.launch()
    try {
      await compare(await inChromium(browser, page.origin, server.ready))
    } finally {
      await browser.close()
      await page.close()
    }
  }
} finally {
  await server.end()
}
// Clients that close slowly do not hold it up.
process.exit()

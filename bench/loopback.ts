/**
 * Messages to a server and from it, over loopback: the rate, and the time of the processor, against a bare socket; each
 * client in processes or pages of its own, several of them: what V8 inlines differs from one to the next, by more than
 * what is compared here.
 *
 *     npm run bench:loopback [-- sets [ws undici Chromium]]
 */
import { nativeClasses } from '../test/server/native-classes.ts'
import { seeded } from '../test/support/random.ts'
import { servePage } from '../test/support/serve-page.ts'
import { startChild } from './child.ts'
import { BARE, clientKinds } from './clients.ts'
import { type Direction, type Job, type Load, ON_THE_WAY, type Sample, sampleOf } from './loopback/load.ts'
import { QuietBrowser } from './quiet-browser.ts'
import { interval, mean, median, print, type Row, round, spread } from './tools.ts'

const [sets = '5', ...chosen] = process.argv.slice(2)
/** Times that all clients are opened anew. */
const SETS = Number(sets)
/** Of each set. */
const ROUNDS = 3
/** Rounds until the code of all of them is compiled. */
const WARM_UP = 2
const DIRECTIONS: readonly Direction[] = ['up', 'down']
/** Those of a run: a quarter of a second and more, for the clock of the processor to tell. */
const LOADS: Record<'node' | 'page', Record<Direction, readonly Load[]>> = {
  node: {
    up: [
      { size: 64, count: 40_960 },
      { size: 4_096, count: 10_240 },
    ],
    down: [
      { size: 64, count: 491_520 },
      { size: 4_096, count: 81_920 },
    ],
  },
  page: {
    up: [
      { size: 64, count: 20_480 },
      { size: 4_096, count: 5_120 },
    ],
    down: [
      { size: 64, count: 30_720 },
      { size: 4_096, count: 10_240 },
    ],
  },
}

/** One client where it runs. */
interface Client {
  measure(job: Job): Promise<Sample>
  close(): Promise<void>
}

async function inNode(native: string, client: number, origin: string): Promise<Client> {
  const args = [native, String(client), origin]
  const child = await startChild<string>(new URL('loopback/node.ts', import.meta.url), args)
  return {
    measure: (job) => child.ask<Sample>(job),
    close: () => child.end(),
  }
}

async function inChromium(
  browser: QuietBrowser,
  page: string,
  client: number,
  origin: string,
): Promise<Client> {
  const { evaluate, until, show, collect, mainThread, close } = await browser.open(page)
  await until('globalThis.run !== undefined')
  return {
    async measure(job) {
      await show()
      await evaluate(`prepare(${[client, origin, job].map((each) => JSON.stringify(each))})`)
      await collect()
      const before = await mainThread()
      const elapsed = await evaluate<number>('run()')
      return sampleOf(job.load, elapsed, (await mainThread()) - before)
    },
    close,
  }
}

/** In turns, in another order each time, so that a slow moment of the machine meets all. */
async function compare(
  native: string,
  loads: Record<Direction, readonly Load[]>,
  open: (client: number) => Promise<Client>,
): Promise<void> {
  const random = seeded(1)
  const jobs: Job[] = DIRECTIONS.flatMap((direction) => loads[direction].map((load) => ({ direction, load })))
  const taken = jobs.map((job) => ({ ...job, samples: CLIENTS.map((): Sample[] => []) }))
  for (let set = 0; set < SETS; set++) {
    const clients: Client[] = []
    for (const client of CLIENTS) clients.push(await open(client))
    for (const { samples, ...job } of taken) {
      for (let run = -WARM_UP; run < ROUNDS; run++) {
        const order = [...clients.keys()].map((place) => [random(), place] as const).sort(([a], [b]) => a - b)
        for (const [, place] of order) {
          const sample = await clients[place]?.measure(job)
          if (run >= 0 && sample) samples[place]?.push(sample)
        }
      }
    }
    for (const client of clients) await client.close()
  }
  for (const { direction, load, samples } of taken) {
    const title = direction === 'up' ? 'to the server' : 'from the server'
    print(
      `${native}, ${load.size} bytes ${title}, ${load.count} messages a run, medians and quartiles of ${SETS * ROUNDS}, in ${SETS} processes; ${CAPTION[direction]}`,
      CLIENTS.map((client, place) => {
        const [bare = [], again = []] = [samples[0], samples.at(-1)]
        // Against both runs of the bare socket, which are less noisy than one; and these against each other.
        if (place === names.length) return row(AGAIN, again, [bare])
        return row(names[client] ?? '', samples[place] ?? [], [bare, again])
      }),
    )
  }
}

const CAPTION: Record<Direction, string> = {
  up: `at most ${ON_THE_WAY / 1_024} KiB on their way, the server asks each client for more`,
  down: 'as fast as the client reads',
}

/** Of all cases: for each client the ratios of every round. */
const all = new Map<string, Record<keyof Sample, number[]>>()

/** The ratios are those of each round, so that what slows a round down is not in them. */
function row(client: string, samples: readonly Sample[], bares: readonly (readonly Sample[])[]): Row {
  const ratios = (of: keyof Sample): number[] => {
    const own = samples.map(
      (sample, round) => sample[of] / mean(bares.map((bare) => bare[round]?.[of] ?? Number.NaN)),
    )
    // One of each process: its rounds are too much alike to be counted by themselves.
    for (let set = 0; set < SETS; set++) {
      all.get(client)?.[of].push(median(own.slice(set * ROUNDS, (set + 1) * ROUNDS)))
    }
    return own
  }
  return {
    client,
    'messages/s': Math.round(median(samples.map(({ rate }) => rate))),
    '× bare rate': client === BARE ? '1' : spread(ratios('rate')),
    'CPU µs a message': round(median(samples.map(({ cpu }) => cpu)), 2),
    '× bare CPU': client === BARE ? '1' : spread(ratios('cpu')),
  }
}

const isChosen = (native: string): boolean => chosen.length === 0 || chosen.includes(native)
const names = (await clientKinds()).map(({ name }) => name)
// The bare socket once more, as if it were a client: what it differs from itself is noise.
const CLIENTS = [...names.keys(), 0]
const AGAIN = `${BARE}, once more`
for (const name of [...names, AGAIN]) all.set(name, { rate: [], cpu: [] })
const server = await startChild<string>(new URL('loopback/server.ts', import.meta.url))
try {
  for (const [native] of nativeClasses) {
    if (isChosen(native)) {
      await compare(native, LOADS.node, (client) => inNode(native, client, server.ready))
    }
  }
  if (isChosen('Chromium')) {
    const page = await servePage(`${import.meta.dirname}/loopback/page.ts`)
    const browser = await QuietBrowser.launch()
    try {
      await compare('Chromium', LOADS.page, (client) =>
        inChromium(browser, page.origin, client, server.ready),
      )
    } finally {
      await browser.close()
      await page.close()
    }
  }
  const middle = ([ratios = []]: readonly (readonly number[])[]): number => median(ratios)
  print(
    'All of these cases together: medians of all processes, and where these lie with 95 % confidence',
    [...all].flatMap(([client, { rate, cpu }]) => {
      return rate.length === 0
        ? []
        : { client, '× bare rate': interval([rate], middle), '× bare CPU': interval([cpu], middle) }
    }),
  )
} finally {
  await server.end()
}
// Clients that close slowly do not hold it up.
process.exit()

import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { derived, seeded } from '../support/random.ts'
import type { Client, ClientSetting } from './client.ts'
import { comesTrue } from './clock.ts'
import { ConnectionClient } from './connection-client.ts'
import { harm } from './faults.ts'
import { type Figures, figuresOf } from './figures.ts'
import { grown, type Health, health } from './health.ts'
import { Journal } from './journal.ts'
import { closeLine, heal, openLine, type SoakLine, sweep } from './line.ts'
import { profileOf } from './profile.ts'
import { SocketClient } from './socket-client.ts'

export interface SoakOptions {
  readonly seed: number
  readonly clients: number
  /** How long, in ms; a round that has begun is brought to its end. */
  readonly duration: number
  /** The first round to be played: that of a failure, to see it again without those before. */
  readonly round?: number
  /** How long a round does harm, in ms. */
  readonly roundLength?: number
  readonly print?: (line: string) => void
  readonly tamper?: ClientSetting['tamper']
}

const ROUND = 6_000
const LINES = 4
/** Rounds until the process is warm, at the least: its code compiled, its caches full. */
const WARM_UP = 2
/** How long after the harm all clients may take to be well, in ms: a server's floor, a draw, and a busy machine. */
const RECOVERY = 30_000

/** Plays rounds of faults and operations against clients of every kind; throws if a promise is broken. */
export async function soak(options: SoakOptions): Promise<Figures> {
  const { seed, duration, round: firstRound = 0, print = () => {} } = options
  const journal = new Journal(`--seed ${seed} --clients ${options.clients}`)
  const unhandled = (error: unknown) => journal.fail('node', `unhandled: ${stackOf(error)}`)
  const warned = (warning: Error) => journal.fail('node', `warned: ${stackOf(warning)}`)
  process.on('unhandledRejection', unhandled).on('warning', warned)
  const lines = await Promise.all(
    Array.from({ length: LINES }, (_, index) =>
      openLine(`line ${index}`, seeded(derived(seed, `chance ${index}`))),
    ),
  )
  const long = clientsOf(options, journal, lines, 'c')
  const start = { at: performance.now(), cpu: process.cpuUsage() }
  const points: Health[] = []
  try {
    for (let round = firstRound; performance.now() - start.at < duration && !journal.isOver; round++) {
      journal.round = round
      const short = clientsOf(options, journal, lines, `r${round}c`)
      await play(options, journal, lines, [...long, ...short], round)
      for (const client of short) await client.dispose()
      points.push(await health())
      const figures = figuresOf(journal, points, start)
      print(`round ${round}: ${figures.text}`)
      // Later and later: caches grow ever more slowly, and a leak does not.
      const warm = points[Math.max(WARM_UP - 1, Math.floor(points.length / 3))]
      const last = points.at(-1)
      if (warm && last) for (const problem of grown(warm, last)) journal.fail('node', problem)
    }
    if (journal.failure) throw journal.failure
    return figuresOf(journal, points, start)
  } finally {
    journal.end()
    await Promise.all(long.map((client) => client.dispose()))
    await Promise.all(lines.map(closeLine))
    process.off('unhandledRejection', unhandled).off('warning', warned)
  }
}

/** Half of the clients live for the whole run, half for one round. */
function clientsOf(
  { seed, clients, tamper }: SoakOptions,
  journal: Journal,
  lines: readonly SoakLine[],
  prefix: string,
): Client[] {
  return Array.from({ length: Math.ceil(clients / 2) }, (_, index) => {
    // Clients of both native classes on each line.
    const line = lines[(index >> 1) % lines.length]
    if (!line) throw new Error('There are lines')
    const name = `${prefix}${index}`
    const profile = profileOf(index, seeded(derived(seed, `profile of ${name}`)))
    const setting = { name, seed: derived(seed, name), profile, line, journal, tamper }
    return profile.api === 'connect' ? new ConnectionClient(setting) : new SocketClient(setting)
  })
}

/** One round: harm and operations, then a calm in which everything must come right, then the end of all. */
async function play(
  { seed, roundLength = ROUND }: SoakOptions,
  journal: Journal,
  lines: readonly SoakLine[],
  clients: readonly Client[],
  round: number,
): Promise<void> {
  const enough = new AbortController()
  // All lines and clients listen to it.
  setMaxListeners(0, enough.signal)
  const harms = lines.map((line, index) =>
    harm(line, seeded(derived(seed, `line ${index} round ${round}`)), journal, enough.signal),
  )
  const plays = clients.map((client) => client.play(round, enough.signal))
  const end = performance.now() + roundLength
  while (performance.now() < end && !journal.isOver) await delay(50)
  enough.abort()
  await Promise.all([...harms, ...plays])
  for (const line of lines) await heal(line)
  for (const client of clients) client.recover()
  journal.note('all', 'is calm')
  await recovered(journal, clients)
  await Promise.all(clients.map((client) => client.rollCall()))
  await Promise.all(clients.map((client) => client.close()))
  if (journal.isOver) return
  for (const line of lines) {
    if (!(await sweep(line))) journal.fail(line.name, 'connections are left at the server')
  }
  for (const client of clients) client.ledger.settle()
}

async function recovered(journal: Journal, clients: readonly Client[]): Promise<void> {
  const ill = () => clients.filter((client) => !client.isWell())
  if (await comesTrue(() => journal.isOver || ill().length === 0, RECOVERY)) return
  for (const client of ill()) client.fail(`is not well ${RECOVERY} ms after all faults: ${client.describe()}`)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

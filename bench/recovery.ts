/**
 * From a fault until it is open again: ours with its defaults, and others with theirs, a crowd of each, since delays are
 * drawn. Each crowd and each fault has a server, a line and a process of its own; all of them run at once.
 *
 *     npm run bench:recovery [-- clients [reset leaving hole online sleep]]
 */
import { setTimeout } from 'node:timers/promises'
import { type Fault, faults } from './recovery/faults.ts'
import { kinds } from './recovery/kinds.ts'
import { openStage, type Recovery, type Stage } from './recovery/stage.ts'
import { interval, median, print, quantile, type Row, round } from './tools.ts'

const [clients = '40', ...chosen] = process.argv.slice(2)
const CLIENTS = Number(clients)
/** ms between two crowds: those that come back after the same time are not to do so in one moment. */
const APART = 200

type Recoveries = readonly Recovery[]

interface Part {
  readonly kind: string
  readonly fault: Fault
  readonly stage: Stage
}

/** It comes back from every fault, so all can be told as a multiple of it. */
const MEASURE = 'VueUse, autoReconnect and heartbeat'

function row({ kind, fault: { rounds, limit } }: Part, recoveries: Recoveries, measure: Recoveries): Row {
  const [seconds, others] = [recoveries, measure].map((each) => each.map(({ ms }) => ms / 1_000)) as [
    number[],
    number[],
  ]
  const beyond = recoveries.flatMap((each) => each.beyond ?? [])
  const at = (share: number): number | string =>
    seconds.length === 0 ? `none in ${limit / 1_000} s` : round(quantile(seconds, share), 2)
  return {
    client: kind,
    faults: rounds * CLIENTS,
    'open again': recoveries.length,
    'median, s': at(0.5),
    '× VueUse':
      kind === MEASURE || seconds.length === 0
        ? ''
        : interval([seconds, others], ([own = [], other = []]) => median(own) / median(other)),
    'quartiles, s': seconds.length === 0 ? '' : `${at(0.25)}–${at(0.75)}`,
    'slowest, s': seconds.length === 0 ? '' : at(1),
    'beyond the drawn delay, median ms': beyond.length === 0 ? '' : round(median(beyond)),
  }
}

/** One that waits for another's start would be in a quiet moment while the others are not. */
async function openParts(): Promise<Part[]> {
  const parts: Part[] = []
  for (const [name, fault] of Object.entries(faults)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    for (const kind of Object.keys(kinds)) {
      parts.push({ kind, fault, stage: await openStage(kind, CLIENTS) })
    }
  }
  for (const { stage } of parts) await stage.settle()
  return parts
}

const parts = await openParts()
const results = await Promise.all(
  parts.map(async ({ fault, stage }, place) => {
    await setTimeout(place * APART)
    const recoveries: Recovery[] = []
    for (let round = 0; round < fault.rounds; round++) {
      recoveries.push(...(await fault.run(stage, fault.limit)))
    }
    return recoveries
  }),
)
for (const fault of Object.values(faults)) {
  const places = [...parts.keys()].filter((place) => parts[place]?.fault === fault)
  if (places.length === 0) continue
  const measure = results[places.find((place) => parts[place]?.kind === MEASURE) ?? -1] ?? []
  print(
    fault.title,
    places.map((place) => row(parts[place] as Part, results[place] ?? [], measure)),
  )
}
await Promise.all(parts.map(({ stage }) => stage.close()))
process.exit()

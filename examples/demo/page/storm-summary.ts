import { countDropped, type Score } from './book.ts'
import { formatCount, formatDuration } from './format.ts'
import { CLIENT_NAMES, type ClientKey } from './lab-client.ts'

/** What a storm ends in; this is what is downloaded. */
export interface StormSummary {
  readonly version: 1
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  /** How long faults came. */
  readonly stormMs: number
  /** From the first fault until everything had settled. */
  readonly totalMs: number
  /** Messages a second, of each client. */
  readonly pace: number
  /** What was done, in ms after the begin. */
  readonly faults: readonly { readonly at: number; readonly name: string; readonly body: object }[]
  readonly clients: readonly ClientSummary[]
}

/** One client's part in it. Counts are of what was sent from the begin of the storm. */
export interface ClientSummary extends Score {
  readonly client: ClientKey
  readonly isOurs: boolean
  readonly longestOutageMs: number
  readonly reconnects: number
}

/** In a few lines, to be shared; the address plays the same storm. */
export function tellSummary(summary: StormSummary): string {
  const { seed, stormMs, clients } = summary
  const lines = clients.map((client) => {
    const { sent, arrived, lost, twice, waiting, longestOutageMs } = client
    const rest = [`${formatCount(lost)} lost`, `${formatCount(twice)} twice`]
    const dropped = countDropped(client)
    if (waiting > 0) rest.push(`${formatCount(waiting)} waiting`)
    if (dropped > 0) rest.push(`${formatCount(dropped)} dropped`)
    const name = client.isOurs ? `Holdfast (${CLIENT_NAMES[client.client]})` : CLIENT_NAMES[client.client]
    const outage = `longest outage ${formatDuration(longestOutageMs)}`
    return `${name}: ${formatCount(arrived)} of ${formatCount(sent)} arrived, ${rest.join(', ')}; ${outage}`
  })
  const head = `Storm ${seed}, ${formatDuration(stormMs)} of faults (npm start, ${addressOf(summary)})`
  return [head, ...lines].join('\n')
}

/** Its plan depends on the seed and on how long it is; what it hits, on the others. */
function addressOf({ seed, stormMs, pace, clients }: StormSummary): string {
  const peers = clients.filter(({ isOurs }) => !isOurs).map(({ client }) => client)
  const address = `/?seed=${seed}&storm=${stormMs / 1_000}&pace=${pace}`
  return peers.length > 0 ? `${address}&peers=${peers.join()}` : address
}

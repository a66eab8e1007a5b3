import type { ConnectionState, OutboxSnapshot } from '@holdfast/core'
import type { ClientKey } from './lab-client.ts'

export const WINDOW_MS = 60_000

export type Status = ConnectionState['status']

interface Timed {
  readonly at: number
}

/** Messages a second. */
interface Rates {
  readonly out: number
  readonly in: number
}

interface Sample extends Timed, Rates {
  readonly queued: number
  readonly native: number
}

export interface Phase extends Timed {
  readonly status: Status
}

export interface Mark extends Timed {
  readonly label: string
}

/** Seconds before now (−60 … 0), and a value for each of them. */
export interface Columns {
  readonly seconds: number[]
  readonly out: number[]
  readonly in: number[]
  readonly queued: number[]
  readonly native: number[]
}

/** What the chart shows: the last minute of samples, states of each client, and faults. Times are epoch ms. */
export class Timeline {
  readonly #samples: Sample[] = []
  readonly #lanes = new Map<ClientKey, Phase[]>()
  readonly #marks: Mark[] = []
  #rates: Rates = { out: 0, in: 0 }
  #last: (Timed & Rates) | undefined

  /** The states of each client, in the order in which they came. */
  get lanes(): ReadonlyMap<ClientKey, readonly Phase[]> {
    return this.#lanes
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  /** What went out and came in so far; called at a steady pace. */
  count(at: number, totals: Rates): void {
    const last = this.#last
    this.#last = { at, ...totals }
    if (last === undefined || at <= last.at) return
    const perSecond = 1_000 / (at - last.at)
    this.#rates = { out: (totals.out - last.out) * perSecond, in: (totals.in - last.in) * perSecond }
  }

  sample(at: number, { queued, nativeBufferedAmount }: OutboxSnapshot): void {
    const last = this.#samples.at(-1)
    // A clock that is set back must not turn the line around.
    const time = Math.max(at, last?.at ?? 0)
    this.#samples.push({ at: time, queued, native: nativeBufferedAmount, ...this.#rates })
  }

  enter(client: ClientKey, at: number, status: Status): void {
    const lane = this.#lanes.get(client) ?? []
    this.#lanes.set(client, lane)
    lane.push({ at, status })
  }

  leave(client: ClientKey): void {
    this.#lanes.delete(client)
  }

  mark(at: number, label: string): void {
    this.#marks.push({ at, label })
  }

  /** Columns for the chart. Forgets what is out of the window. */
  columns(now: number): Columns {
    const from = now - WINDOW_MS
    forget(this.#samples, from, 1)
    for (const lane of this.#lanes.values()) forget(lane, from, 1)
    forget(this.#marks, from, 0)
    const last = this.#samples.at(-1)
    const samples = last ? [...this.#samples, { ...last, at: now }] : []
    return {
      seconds: samples.map(({ at }) => (Math.max(at, from) - now) / 1_000),
      out: samples.map((sample) => sample.out),
      in: samples.map((sample) => sample.in),
      queued: samples.map(({ queued }) => queued),
      native: samples.map(({ native }) => native),
    }
  }
}

/** Removes what is older, but for the last `keep` of them: they say how the window begins. */
function forget(items: Timed[], from: number, keep: number): void {
  const older = items.findIndex(({ at }) => at >= from)
  items.splice(0, Math.max(0, (older === -1 ? items.length : older) - keep))
}

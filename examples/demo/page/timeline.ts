import type { ConnectionState, OutboxSnapshot } from '@holdfast/core'

export const WINDOW_MS = 60_000

export type Status = ConnectionState['status']

interface Timed {
  readonly at: number
}

interface Sample extends Timed {
  readonly queued: number
  readonly native: number
}

export interface Phase extends Timed {
  readonly status: Status
}

export interface Mark extends Timed {
  readonly label: string
}

/** What the chart shows: the last minute of samples, states and faults. Times are epoch ms. */
export class Timeline {
  readonly #samples: Sample[] = []
  readonly #phases: Phase[] = []
  readonly #marks: Mark[] = []

  get phases(): readonly Phase[] {
    return this.#phases
  }

  get marks(): readonly Mark[] {
    return this.#marks
  }

  sample(at: number, { queued, nativeBufferedAmount }: OutboxSnapshot): void {
    const last = this.#samples.at(-1)
    // A clock that is set back must not turn the line around.
    this.#samples.push({ at: Math.max(at, last?.at ?? 0), queued, native: nativeBufferedAmount })
  }

  enter(at: number, status: Status): void {
    this.#phases.push({ at, status })
  }

  mark(at: number, label: string): void {
    this.#marks.push({ at, label })
  }

  /** Columns for the chart: seconds before now (−60 … 0), messages, bytes. Forgets what is out of the window. */
  columns(now: number): [seconds: number[], queued: number[], native: number[]] {
    const from = now - WINDOW_MS
    forget(this.#samples, from, 1)
    forget(this.#phases, from, 1)
    forget(this.#marks, from, 0)
    const last = this.#samples.at(-1)
    const samples = last ? [...this.#samples, { ...last, at: now }] : []
    return [
      samples.map(({ at }) => (Math.max(at, from) - now) / 1_000),
      samples.map(({ queued }) => queued),
      samples.map(({ native }) => native),
    ]
  }
}

/** Removes what is older, but for the last `keep` of them: they say how the window begins. */
function forget(items: Timed[], from: number, keep: number): void {
  const older = items.findIndex(({ at }) => at >= from)
  items.splice(0, Math.max(0, (older === -1 ? items.length : older) - keep))
}

import type { Gap, LedgerEntry } from '../shared/ledger.ts'

/** What became of the messages of one client. `sent` is all the others together, but for `twice` and such. */
export interface Score {
  /** Handed to `send()`. */
  readonly sent: number
  /** The room did its work on them. */
  readonly arrived: number
  /** Work done again. */
  readonly twice: number
  readonly disordered: number
  /** Not arrived, and no later one has: they are queued, or under way. */
  readonly waiting: number
  /** Given up, and told so, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Not arrived, though a later one has, and nobody told. */
  readonly lost: number
  /** Sent again and recognised by the room. */
  readonly repeats: number
}

/** Where to begin to count. */
export type Since = Pick<Score, 'sent' | 'twice' | 'disordered' | 'repeats'>

const START: Since = { sent: 0, twice: 0, disordered: 0, repeats: 0 }
const NOTHING: LedgerEntry = { arrived: 0, twice: 0, disordered: 0, repeats: 0, highest: 0, gaps: [] }

/** Numbers what one client sends, and holds it against what the room has had: it trusts no library. */
export class Book {
  readonly #dropped = new Map<number, string>()
  #sent = 0

  get sent(): number {
    return this.#sent
  }

  get nextId(): number {
    return this.#sent + 1
  }

  /** The next number is used up. */
  take(): number {
    this.#sent += 1
    return this.#sent
  }

  /** The client said that it gives this one up. */
  drop(id: number, reason: string): void {
    this.#dropped.set(id, reason)
  }

  /** `entry`: the room's own count. `since`: an earlier score, to count only what was sent after it. */
  score(entry: LedgerEntry = NOTHING, since: Since = START): Score {
    const start = since.sent
    const gaps = entry.gaps.flatMap(([from, to]): Gap[] =>
      to > start ? [[Math.max(from, start + 1), to]] : [],
    )
    const missing = gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0)
    const isMissing = (id: number): boolean =>
      id > entry.highest || gaps.some(([from, to]) => from <= id && id <= to)
    const dropped: Record<string, number> = {}
    let ahead = 0
    let amid = 0
    for (const [id, reason] of this.#dropped) {
      // What was given up may have arrived all the same.
      if (id <= start || !isMissing(id)) continue
      dropped[reason] = (dropped[reason] ?? 0) + 1
      if (id > entry.highest) ahead += 1
      else amid += 1
    }
    return {
      sent: this.#sent - start,
      arrived: Math.max(0, entry.highest - start) - missing,
      twice: entry.twice - since.twice,
      disordered: entry.disordered - since.disordered,
      waiting: this.#sent - Math.max(entry.highest, start) - ahead,
      dropped,
      lost: missing - amid,
      repeats: entry.repeats - since.repeats,
    }
  }
}

/** Of all reasons together. */
export function countDropped({ dropped }: Pick<Score, 'dropped'>): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0)
}

/** What the room has had of one member, counted by the numbers of the messages. */
export interface LedgerEntry {
  /** Messages that the room did its work on, each counted once. */
  readonly arrived: number
  /** Work that was done again: 0, or the room does not recognise what it has had. */
  readonly twice: number
  /** Messages that arrived after one with a higher number. */
  readonly disordered: number
  /** Messages that came again and were recognised: answered, and no work done. */
  readonly repeats: number
  /** The highest number so far. */
  readonly highest: number
  /** Numbers below it that never came, as ranges, ends included. */
  readonly gaps: readonly Gap[]
}

export type Gap = readonly [from: number, to: number]

/** `GET /ledger`: what the room knows, over plain HTTP, by member. */
export type Ledger = Readonly<Record<string, LedgerEntry>>

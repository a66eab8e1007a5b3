import type { Group } from '../shared/market.ts'
import type { Quote } from '../shared/messages.ts'
import { seeded } from './random.ts'

const LOWEST_START = 2_000
const HIGHEST_START = 48_000
/** Cents below which no price falls. */
const FLOOR = 100
/** A step is at most this share of the price. */
const VOLATILITY = 0.001

/** A quote, and its text: encoded once, however many receive it. */
export interface Entry {
  readonly quote: Quote
  readonly text: string
}

/** The newest quote of every symbol, each on a random walk. */
export class Market {
  readonly #random: () => number
  readonly #symbols: { readonly group: string; readonly symbol: string }[] = []
  /** By group, then by symbol. The oldest comes first: a symbol that moves goes to the end. */
  readonly #newest = new Map<string, Map<string, Entry>>()
  /**
   * Begins at the time in µs: every number of an earlier run of this server is lower than all of this one, and
   * who resumes from there gets everything.
   */
  #seq = Date.now() * 1_000

  constructor(groups: readonly Group[], seed: number) {
    this.#random = seeded(seed)
    for (const { id, symbols } of groups) {
      this.#newest.set(id, new Map())
      for (const symbol of symbols) {
        this.#symbols.push({ group: id, symbol })
        const start = LOWEST_START + this.#random() * (HIGHEST_START - LOWEST_START)
        this.#quote(id, symbol, Math.round(start))
      }
    }
  }

  /** Moves so many symbols, each at most once: none of these quotes is replaced before it is sent. */
  move(count: number): void {
    const moved = new Set<number>()
    while (moved.size < Math.min(count, this.#symbols.length)) {
      const index = Math.floor(this.#random() * this.#symbols.length)
      const chosen = this.#symbols[index]
      if (!chosen || moved.has(index)) continue
      moved.add(index)
      this.#step(chosen.group, chosen.symbol)
    }
  }

  /** What is new in a group after a number, oldest first: a cut amid them leaves no gap behind the last one. */
  *since(group: string, after: number): Iterable<Entry> {
    for (const entry of this.#newest.get(group)?.values() ?? []) if (entry.quote.seq > after) yield entry
  }

  has(group: string): boolean {
    return this.#newest.has(group)
  }

  /** The price of every symbol, in cents. */
  prices(): Map<string, number> {
    const entries = [...this.#newest.values()].flatMap((group) => [...group.values()])
    return new Map(entries.map(({ quote }) => [quote.symbol, quote.price]))
  }

  #step(group: string, symbol: string): void {
    const price = this.#newest.get(group)?.get(symbol)?.quote.price ?? FLOOR
    const size = 1 + Math.floor(this.#random() * price * VOLATILITY)
    this.#quote(group, symbol, Math.max(FLOOR, price + (this.#random() < 0.5 ? -size : size)))
  }

  #quote(group: string, symbol: string, price: number): void {
    this.#seq += 1
    const quote: Quote = { type: 'quote', group, symbol, price, seq: this.#seq, at: Date.now() }
    const newest = this.#newest.get(group)
    newest?.delete(symbol)
    newest?.set(symbol, { quote, text: JSON.stringify(quote) })
  }
}

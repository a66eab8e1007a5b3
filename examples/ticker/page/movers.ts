import type { Quote } from '../shared/messages.ts'
import { byId, make, setText } from './dom.ts'

const SHOWN = 5

interface Stock {
  readonly symbol: string
  readonly first: number
  /** Since the first price, as a share of it. */
  change: number
}

/** What is worked out from all symbols at each render: who rose and fell the most, and how many did. */
export class Movers {
  readonly #stocks = new Map<string, Stock>()
  readonly #risers = rows('risers')
  readonly #fallers = rows('fallers')
  readonly #up = byId('up')
  readonly #down = byId('down')
  readonly #meter = byId('breadth')

  render(quotes: readonly Quote[]): void {
    for (const { symbol, price } of quotes) {
      const stock = this.#stocks.get(symbol)
      if (stock) stock.change = price / stock.first - 1
      else this.#stocks.set(symbol, { symbol, first: price, change: 0 })
    }
    const sorted = [...this.#stocks.values()].sort((a, b) => b.change - a.change)
    fill(this.#risers, sorted.slice(0, SHOWN))
    fill(this.#fallers, sorted.slice(-SHOWN).reverse())
    this.#showBreadth(sorted)
  }

  #showBreadth(sorted: readonly Stock[]): void {
    const up = sorted.filter(({ change }) => change > 0).length
    const down = sorted.filter(({ change }) => change < 0).length
    setText(this.#up, `${up} up`)
    setText(this.#down, `${down} down`)
    this.#meter.style.setProperty('--share', (up / Math.max(1, up + down)).toFixed(2))
  }
}

type Row = readonly [symbol: HTMLElement, change: HTMLElement]

function rows(id: string): Row[] {
  const list = byId(id)
  return Array.from({ length: SHOWN }, () => {
    const row = [make('span', 'symbol', '–'), make('span', 'change', '–')] as const
    const item = make('li')
    item.append(...row)
    list.append(item)
    return row
  })
}

function fill(rows: readonly Row[], stocks: readonly Stock[]): void {
  for (const [index, [symbol, change]] of rows.entries()) {
    const stock = stocks[index]
    if (!stock) continue
    setText(symbol, stock.symbol)
    const sign = stock.change < 0 ? '−' : '+'
    setText(change, `${sign}${Math.abs(stock.change * 100).toFixed(2)} %`)
  }
}

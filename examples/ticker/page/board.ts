import { formatPrice, type Group } from '../shared/market.ts'
import type { Quote } from '../shared/messages.ts'
import { make } from './dom.ts'

type Move = 'up' | 'down'

/**
 * Colour alone tells nothing to some. In the text, since a pseudo-element doubles the cost of its layout; and of the
 * digits' own font, since a glyph from another one is dear to find.
 */
const SIGNS: Readonly<Record<Move, string>> = { up: '+', down: '-' }

interface Cell {
  readonly element: HTMLElement
  readonly text: Text
  price: number | undefined
  move: Move | undefined
}

/** A card for each group, with a cell for each of its symbols. Only what has changed is written. */
export class Board {
  readonly #cells = new Map<string, Cell>()

  constructor(
    place: HTMLElement,
    groups: readonly Group[],
    onSwitch: (group: string, isOn: boolean) => void,
  ) {
    place.replaceChildren(...groups.map((group) => this.#card(group, onSwitch)))
  }

  /** Writes the cells whose price is another than before; returns how many those were. */
  write(quotes: readonly Quote[]): number {
    let written = 0
    for (const { symbol, price } of quotes) {
      const cell = this.#cells.get(symbol)
      if (!cell || cell.price === price) continue
      written += 1
      if (cell.price !== undefined) move(cell, price > cell.price ? 'up' : 'down')
      cell.price = price
      // A text node's data: no element is made, and none removed.
      cell.text.data = formatPrice(price) + (cell.move ? SIGNS[cell.move] : '')
    }
    return written
  }

  #card({ id, name, symbols }: Group, onSwitch: (group: string, isOn: boolean) => void): HTMLElement {
    const card = make('section', 'group')
    const heading = make('h3', '', name)
    heading.id = `group-${id}`
    card.setAttribute('aria-labelledby', heading.id)
    const box = make('input')
    box.type = 'checkbox'
    box.checked = true
    box.dataset.testid = `switch-${id}`
    box.setAttribute('aria-label', `Subscribe to ${name}`)
    box.addEventListener('change', () => {
      card.classList.toggle('off', !box.checked)
      onSwitch(id, box.checked)
    })
    const head = make('header')
    head.append(heading, box)
    const list = make('ul', 'cells')
    list.append(...symbols.map((symbol) => this.#cell(symbol)))
    card.append(head, list)
    return card
  }

  #cell(symbol: string): HTMLElement {
    const element = make('li')
    const price = make('span', 'price')
    const text = document.createTextNode('–')
    price.append(text)
    price.dataset.symbol = symbol
    element.append(make('span', 'symbol', symbol), price)
    this.#cells.set(symbol, { element, text, price: undefined, move: undefined })
    return element
  }
}

function move(cell: Cell, to: Move): void {
  if (cell.move === to) return
  cell.move = to
  cell.element.dataset.move = to
}

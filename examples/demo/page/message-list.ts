import type { FloodMark, Member, SaidMessage, SayMessage } from '../shared/room-messages.ts'
import { make, setText } from './dom.ts'
import { FloodTally } from './flood-tally.ts'
import { formatClock, formatCount } from './format.ts'
import type { GivenUp } from './our-client.ts'

const MAX_ITEMS = 200

interface Item {
  readonly element: HTMLElement
  readonly status: HTMLElement
  readonly sent: number
}

interface Flood {
  readonly element: HTMLElement
  readonly bar: HTMLElement
  readonly status: HTMLElement
  readonly tally: FloodTally
}

/**
 * The newest messages. A flood is one line with a number, and the DOM is touched once a frame: ten thousand
 * messages cost ten thousand additions, not ten thousand elements.
 */
export class MessageList {
  readonly #list: HTMLElement
  readonly #fresh: HTMLElement[] = []
  readonly #unanswered = new Map<number, Item>()
  readonly #floods = new Map<string, Flood>()
  readonly #changed = new Set<Flood>()

  constructor(list: HTMLElement) {
    this.#list = list
  }

  /** A message of this page's own, as soon as `send()` took it. */
  addOwn({ id, text, flood }: SayMessage): void {
    if (flood) {
      const line = this.#flood('own', flood, id)
      line.tally.send()
      this.#changed.add(line)
      return
    }
    const { element, status } = createMessage('You', text)
    element.classList.add('own')
    element.dataset.answered = 'false'
    setText(status, 'not answered yet')
    this.#unanswered.set(id, { element, status, sent: performance.now() })
    this.#add(element)
  }

  /** A message of somebody else's. */
  hear({ text, from, flood, id }: SaidMessage): void {
    if (flood) {
      const line = this.#flood(from.id, flood, id, from)
      line.tally.hear(id)
      this.#changed.add(line)
      return
    }
    const { element } = createMessage(from.name, text)
    element.style.setProperty('--hue', String(from.hue))
    this.#add(element)
  }

  /** The room has had a message of this page's own. */
  answer(id: number): void {
    const item = this.#unanswered.get(id)
    if (item !== undefined) {
      this.#unanswered.delete(id)
      item.element.dataset.answered = 'true'
      setText(item.status, `arrived after ${formatCount(Math.round(performance.now() - item.sent))} ms`)
      return
    }
    this.#changeFlood(id, (tally) => tally.hear(id))
  }

  /** The client gave a message of this page's own up; the room may answer for it all the same. */
  giveUp({ id, reason }: GivenUp): void {
    const fate = reason === 'unconfirmed' ? reason : `dropped: ${reason}`
    const item = this.#unanswered.get(id)
    if (item === undefined) return this.#changeFlood(id, (tally) => tally.giveUp(id, fate))
    item.element.dataset.answered = 'never'
    setText(item.status, fate)
  }

  /** Brings the DOM up to date. */
  render(): void {
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40
    this.#list.append(...this.#fresh.splice(0))
    for (const flood of this.#changed) showFlood(flood)
    this.#changed.clear()
    while (this.#list.childElementCount > MAX_ITEMS) this.#list.firstElementChild?.remove()
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight
  }

  #changeFlood(id: number, change: (tally: FloodTally) => void): void {
    for (const flood of this.#floods.values()) {
      if (!flood.tally.has(id)) continue
      change(flood.tally)
      this.#changed.add(flood)
    }
  }

  #flood(owner: string, mark: FloodMark, first: number, from?: Member): Flood {
    const key = `${owner} ${mark.id}`
    const known = this.#floods.get(key)
    if (known) return known
    const isOwn = owner === 'own'
    const { element, status } = createMessage(from?.name ?? 'You', '')
    if (from) element.style.setProperty('--hue', String(from.hue))
    element.classList.add('flood')
    element.classList.toggle('own', isOwn)
    const meter = make('span', 'meter')
    const bar = make('span')
    meter.append(bar)
    element.append(meter)
    const flood = { element, bar, status, tally: new FloodTally(mark, first, isOwn) }
    this.#floods.set(key, flood)
    this.#add(element)
    return flood
  }

  #add(element: HTMLElement): void {
    this.#fresh.push(element)
    // A hidden page draws no frames: keep what the next one will show.
    if (this.#fresh.length > MAX_ITEMS) this.#fresh.shift()
  }
}

function createMessage(name: string, text: string): { element: HTMLElement; status: HTMLElement } {
  const element = make('li')
  const time = make('time', 'number', formatClock(Date.now()).slice(0, 8))
  const status = make('span', 'status')
  element.append(make('b', 'name', name), time, make('span', 'text', text), status)
  return { element, status }
}

function showFlood({ element, bar, status, tally }: Flood): void {
  const text = element.querySelector('.text')
  if (text) setText(text, `A flood of ${formatCount(tally.count)} messages`)
  setText(status, tally.text)
  bar.style.transform = `scaleX(${tally.share})`
  element.dataset.answered = String(tally.answered)
}

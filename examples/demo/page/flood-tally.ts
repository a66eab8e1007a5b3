import type { FloodMark } from '../shared/room-messages.ts'
import { formatCount } from './format.ts'

/** What becomes of a flood: of this page's own, whose numbers follow each other, or of somebody else's. */
export class FloodTally {
  readonly #mark: FloodMark
  readonly #first: number
  readonly #isOwn: boolean
  readonly #givenUp = new Map<number, string>()
  #sent = 0
  #heard = 0

  constructor(mark: FloodMark, first: number, isOwn: boolean) {
    this.#mark = mark
    this.#first = first
    this.#isOwn = isOwn
  }

  /** Own ones: those that `send()` took, which may be fewer than were to be. */
  get count(): number {
    return this.#isOwn ? this.#sent : this.#mark.of
  }

  /** 0 to 1. */
  get share(): number {
    return Math.min(1, this.#heard / this.#mark.of)
  }

  /** Whether each has arrived; `'never'` where some are known not to. */
  get answered(): boolean | 'never' {
    if (this.#heard >= this.count) return true
    return this.#heard + this.#givenUp.size >= this.count && 'never'
  }

  /** '9,000 arrived, 1,000 dropped: closed' */
  get text(): string {
    const counts = new Map<string, number>()
    for (const fate of this.#givenUp.values()) counts.set(fate, (counts.get(fate) ?? 0) + 1)
    const fates = [...counts].map(([fate, count]) => `${formatCount(count)} ${fate}`)
    return [`${formatCount(this.#heard)} ${this.#isOwn ? 'arrived' : 'came here'}`, ...fates].join(', ')
  }

  has(id: number): boolean {
    return this.#isOwn && id >= this.#first && id < this.#first + this.#sent
  }

  send(): void {
    this.#sent += 1
  }

  /** What was given up may arrive all the same. */
  hear(id: number): void {
    this.#givenUp.delete(id)
    this.#heard += 1
  }

  giveUp(id: number, fate: string): void {
    this.#givenUp.set(id, fate)
  }
}

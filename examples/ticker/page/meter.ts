import { byId, setText } from './dom.ts'

const EVERY = 500

/** Counts what happens, and shows it twice a second as figures of the last half second. */
export class Meter {
  #received = 0
  #applied = 0
  #renders = 0
  #frames = 0
  #behind = 0
  #since = performance.now()

  constructor() {
    const frame = (): void => {
      this.#frames += 1
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    setInterval(() => this.#show(), EVERY)
  }

  /** @param at - When the server made the update, epoch ms. */
  received(at: number): void {
    this.#received += 1
    this.#behind = Math.max(this.#behind, Date.now() - at)
  }

  /** @param applied - How many updates it wrote. */
  rendered(applied: number): void {
    this.#renders += 1
    this.#applied += applied
  }

  #show(): void {
    const now = performance.now()
    const seconds = (now - this.#since) / 1_000
    show('received', this.#received / seconds)
    show('applied', this.#applied / Math.max(1, this.#frames))
    show('renders', this.#renders / seconds)
    show('frames', this.#frames / seconds)
    show('behind', this.#behind)
    this.#received = this.#applied = this.#renders = this.#frames = this.#behind = 0
    this.#since = now
  }
}

function show(id: string, value: number): void {
  setText(byId(id), Math.round(value).toLocaleString('en'))
}

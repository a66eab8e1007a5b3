import type { Environment, Signal } from '@holdfast/core'
import { type Observable, Subject } from 'rxjs'

/** How long the library's timers are held when somebody presses Sleep; more than 5 s late counts as sleep. */
const SLEEP_MS = 8_000

/** What this computer, this page, or one of the two buttons said of itself. */
export interface HostMark {
  /** Epoch ms. */
  readonly at: number
  /** A word or two, for the chart and the log. */
  readonly label: string
  readonly text: string
}

type Parts = Pick<Environment, 'network' | 'visibility' | 'page' | 'setTimeout' | 'clearTimeout'>

/**
 * What the library hears of its host on this page: the browser's own signals, and what the buttons pretend.
 * A page cannot cut the network or put a computer to sleep; it can say so, and hold timers back.
 */
export class Host {
  readonly #marks = new Subject<HostMark>()
  readonly #networks = new Set<(isOnline: boolean) => void>()
  readonly #held: (() => void)[] = []
  #pretendsOffline = false
  #wakesAt = 0

  get marks$(): Observable<HostMark> {
    return this.#marks
  }

  get pretendsOffline(): boolean {
    return this.#pretendsOffline
  }

  /** Epoch ms; 0 while nothing sleeps. */
  get wakesAt(): number {
    return this.#wakesAt
  }

  /** Give this to `options.environment`. */
  readonly environment: Parts = {
    network: (set) => {
      this.#networks.add(set)
      set(this.#isOnline)
      return () => this.#networks.delete(set)
    },
    visibility: (set) => listen(document, ['visibilitychange'], () => set(!document.hidden)),
    page: pageSignal,
    setTimeout: (callback, delay) => {
      return window.setTimeout(() => (this.#wakesAt === 0 ? callback() : this.#held.push(callback)), delay)
    },
    clearTimeout: (handle) => window.clearTimeout(Number(handle)),
  }

  constructor() {
    listen(window, ['online', 'offline'], ({ type }) => {
      this.#tellNetwork()
      this.#mark(type, `The browser says ${type}.`)
    })
    listen(document, ['visibilitychange'], () => {
      this.#mark(document.hidden ? 'hidden' : 'shown', 'The page is hidden or shown.')
    })
    listen(document, ['freeze', 'resume'], ({ type }) => this.#mark(type, `The browser says ${type}.`))
    listen(window, ['pageshow'], (event) => {
      const isBack = 'persisted' in event && event.persisted
      if (isBack) this.#mark('back', 'The page came out of the back/forward cache.')
    })
  }

  pretendOffline(isOffline: boolean): void {
    this.#pretendsOffline = isOffline
    this.#tellNetwork()
    const text = isOffline
      ? 'The button says offline; the line itself is whole.'
      : 'The button says online again.'
    this.#mark(isOffline ? 'offline' : 'online', text)
  }

  /** Holds every timer of the library, as sleep does; messages still come. */
  sleep(): void {
    if (this.#wakesAt !== 0) return
    this.#wakesAt = Date.now() + SLEEP_MS
    this.#mark('asleep', `The library’s timers are held for ${SLEEP_MS / 1_000} s.`)
    window.setTimeout(() => this.#wake(), SLEEP_MS)
  }

  #wake(): void {
    this.#wakesAt = 0
    this.#mark('awake', 'The timers that were held come now, late.')
    for (const callback of this.#held.splice(0)) callback()
  }

  get #isOnline(): boolean {
    return navigator.onLine && !this.#pretendsOffline
  }

  #tellNetwork(): void {
    for (const set of this.#networks) set(this.#isOnline)
  }

  #mark(label: string, text: string): void {
    this.#marks.next({ at: Date.now(), label, text })
  }
}

const pageSignal: Signal = (set) => {
  const ends = [
    listen(document, ['freeze', 'resume'], ({ type }) => set(type === 'resume')),
    listen(window, ['pageshow', 'pagehide'], (event) => {
      if ('persisted' in event && event.persisted) set(event.type === 'pageshow')
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function listen(target: EventTarget, types: readonly string[], listener: (event: Event) => void): () => void {
  for (const type of types) target.addEventListener(type, listener)
  return () => {
    for (const type of types) target.removeEventListener(type, listener)
  }
}

import type { Environment, Signal } from '../environment.ts'

/** What the host says of its network. */
export interface FakeNetwork {
  readonly isOnline: boolean
  offline(): void
  online(): void
}

/** What the host says of the page. */
export interface FakePage {
  readonly isVisible: boolean
  /** False while it is frozen, or left and kept for the way back. */
  readonly isActive: boolean
  /** Another tab is in front. */
  hide(): void
  show(): void
  /** The browser freezes it, or keeps it for the way back: its sockets end. */
  freeze(): void
  resume(): void
}

/** What a host says of itself: made by {@link fakeSignals}. */
export interface FakeSignals {
  readonly network: FakeNetwork
  readonly page: FakePage
  /** Give these to `options.environment`. */
  readonly environment: Pick<Environment, 'network' | 'visibility' | 'page'>
}

/**
 * A host that says of its network and its page what a test wants it to say; online, seen and active at first.
 *
 * @example
 * ```ts
 * const server = fakeServer('wss://example.com/chat')
 * const { environment, network } = fakeSignals()
 * connect('wss://example.com/chat', { environment: { ...environment, ...server.environment } })
 * network.offline()
 * ```
 */
export function fakeSignals(): FakeSignals {
  const [network, visibility, page] = [new Told(), new Told(), new Told()]
  return {
    network: {
      get isOnline() {
        return network.value
      },
      offline: () => network.tell(false),
      online: () => network.tell(true),
    },
    page: {
      get isVisible() {
        return visibility.value
      },
      get isActive() {
        return page.value
      },
      hide: () => visibility.tell(false),
      show: () => visibility.tell(true),
      freeze: () => page.tell(false),
      resume: () => page.tell(true),
    },
    environment: { network: network.signal, visibility: visibility.signal, page: page.signal },
  }
}

/** One thing that is told to all who listen. */
class Told {
  value = true
  readonly #listeners = new Set<(value: boolean) => void>()

  tell(value: boolean): void {
    this.value = value
    for (const set of [...this.#listeners]) set(value)
  }

  readonly signal: Signal = (set) => {
    // A function of its own: one that is given twice is ended one by one.
    const listener = (value: boolean): void => set(value)
    this.#listeners.add(listener)
    set(this.value)
    return () => void this.#listeners.delete(listener)
  }
}

import type { Environment, Signal } from '@holdfast/core'

const NAMES = ['network', 'visibility', 'page'] as const

export type SignalName = (typeof NAMES)[number]

/** What a client is told of its host, at will. */
export class Host {
  readonly signals: Pick<Environment, SignalName>
  readonly #values: Record<SignalName, boolean> = { network: true, visibility: true, page: true }
  readonly #listeners = new Map<SignalName, Set<(value: boolean) => void>>()

  constructor() {
    this.signals = {
      network: this.#signal('network'),
      visibility: this.#signal('visibility'),
      page: this.#signal('page'),
    }
  }

  /** How many listen. */
  get listening(): number {
    let listening = 0
    for (const { size } of this.#listeners.values()) listening += size
    return listening
  }

  /** Tells the opposite of what was told last. */
  flip(name: SignalName): boolean {
    this.tell(name, !this.#values[name])
    return this.#values[name]
  }

  recover(): void {
    for (const name of NAMES) this.tell(name, true)
  }

  tell(name: SignalName, value: boolean): void {
    this.#values[name] = value
    for (const set of this.#listeners.get(name) ?? []) set(value)
  }

  #signal(name: SignalName): Signal {
    const listeners = new Set<(value: boolean) => void>()
    this.#listeners.set(name, listeners)
    return (set) => {
      listeners.add(set)
      set(this.#values[name])
      return () => listeners.delete(set)
    }
  }
}

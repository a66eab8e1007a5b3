export type Listener<T> = (value: T) => void

interface Entry<T> {
  readonly listener: Listener<T>
}

/** Listeners of one kind. The array is replaced, never changed: an emission goes to those of its beginning. */
export class Emitter<T> {
  #listeners: readonly Entry<T>[] = []
  /** Told what a listener throws. */
  readonly onThrow: (error: unknown) => void
  readonly #onCount: ((count: number) => void) | undefined

  constructor(onThrow: (error: unknown) => void, onCount?: (count: number) => void) {
    this.onThrow = onThrow
    this.#onCount = onCount
  }

  get size(): number {
    return this.#listeners.length
  }

  /** Adds a listener; returns what removes it, and says whether it did. */
  add(listener: Listener<T>): () => boolean {
    // An entry of its own: the same function may listen twice.
    const entry = { listener }
    this.#listeners = [...this.#listeners, entry]
    this.#onCount?.(this.size)
    return () => {
      const left = this.#listeners.filter((other) => other !== entry)
      if (left.length === this.size) return false
      this.#listeners = left
      this.#onCount?.(this.size)
      return true
    }
  }

  /** Tells every listener; one that throws is reported and stops nobody else. */
  emit(value: T): void {
    this.#tell(this.#listeners, value)
  }

  /** What tells a value, when it is called, to those who listen now. */
  later(): (value: T) => void {
    const listeners = this.#listeners
    return (value) => this.#tell(listeners, value)
  }

  clear(): void {
    this.#listeners = []
  }

  #tell(entries: readonly Entry<T>[], value: T): void {
    // By index, here where every message comes by: an iterator costs more than the call.
    for (let i = 0; i < entries.length; i++) {
      try {
        const listener = entries[i]?.listener
        listener?.(value)
      } catch (error) {
        this.onThrow(error)
      }
    }
  }
}

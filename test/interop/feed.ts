/** Numbers on their way to whoever is subscribed at a server. */
export class Feed {
  readonly #listeners = new Set<(number: number) => void>()

  get size(): number {
    return this.#listeners.size
  }

  publish(number: number): void {
    for (const listener of this.#listeners) listener(number)
  }

  subscribe(listener: (number: number) => void): () => void {
    // One of its own: who subscribes twice is told twice.
    const own = (number: number) => listener(number)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** Subscribed from the call until `return()`, or the signal. */
  iterate(signal?: AbortSignal): AsyncIterableIterator<number> {
    const waiting: number[] = []
    let wake = () => {}
    let isOver = false
    const unsubscribe = this.subscribe((number) => {
      waiting.push(number)
      wake()
    })
    const end = () => {
      isOver = true
      unsubscribe()
      wake()
    }
    signal?.addEventListener('abort', end)
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      async next() {
        while (waiting.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve))
        const value = waiting.shift()
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      async return() {
        end()
        return { done: true, value: undefined }
      },
    }
  }
}

interface Waiter {
  isTrue: () => boolean
  settle: (error?: Error) => void
}

/** Promises of conditions, looked at again whenever `check()` says that something happened: no polling. */
export class Waiters {
  readonly #waiters = new Set<Waiter>()

  /** Rejects after `timeout` milliseconds with what `explain` tells then. */
  wait(isTrue: () => boolean, timeout: number, explain: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        isTrue,
        settle: (error) => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          if (error) reject(error)
          else resolve()
        },
      }
      const timer = setTimeout(() => waiter.settle(new Error(`${timeout} ms over: ${explain()}`)), timeout)
      this.#waiters.add(waiter)
      check(waiter)
    })
  }

  check(): void {
    for (const waiter of this.#waiters) check(waiter)
  }

  /** Nothing will happen any more: what still waits is rejected. */
  end(reason: string): void {
    for (const waiter of this.#waiters) waiter.settle(new Error(reason))
  }
}

function check({ isTrue, settle }: Waiter): void {
  try {
    if (isTrue()) settle()
  } catch (error) {
    settle(new Error('The condition threw', { cause: error }))
  }
}

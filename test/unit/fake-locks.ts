import type { Locks } from '../../packages/core/src/storage/host.ts'

interface Request {
  readonly name: string
  readonly page: object
  grant(lock: object): Promise<unknown>
  refuse(error: unknown): void
}

/** The Web Locks of one browser: each page has its own view of them, and loses all of its locks when it dies. */
export class FakeLocks {
  readonly #held = new Map<string, object>()
  #waiting: Request[] = []

  get held(): number {
    return this.#held.size
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** A page, and what ends it. */
  page(): { readonly locks: Locks; kill(): void } {
    const page = {}
    return {
      locks: {
        request: (name, { signal, ifAvailable = false }, callback) => {
          if (ifAvailable && this.#held.has(name)) return callback(null)
          return new Promise((resolve, reject) => {
            const request: Request = {
              name,
              page,
              refuse: reject,
              async grant(lock) {
                await callback(lock).then(resolve, reject)
              },
            }
            signal?.addEventListener('abort', () => {
              if (!this.#waiting.includes(request)) return
              this.#waiting = this.#waiting.filter((other) => other !== request)
              reject(signal.reason)
            })
            if (signal?.aborted) return reject(signal.reason)
            this.#waiting.push(request)
            this.#grant()
          })
        },
        query: async () => ({ held: [...this.#held.keys()].map((name) => ({ name })) }),
      },
      kill: () => {
        this.#waiting = this.#waiting.filter((request) => request.page !== page)
        for (const [name, owner] of this.#held) if (owner === page) this.#held.delete(name)
        this.#grant()
      },
    }
  }

  #grant(): void {
    for (const request of [...this.#waiting]) {
      const { name, page } = request
      if (this.#held.has(name)) continue
      this.#waiting = this.#waiting.filter((other) => other !== request)
      this.#held.set(name, page)
      // As in a browser, never within the call.
      void Promise.resolve()
        .then(() => (this.#held.get(name) === page ? request.grant({}) : undefined))
        .finally(() => {
          // One that died has lost it: somebody else may have it by now.
          if (this.#held.get(name) === page) this.#held.delete(name)
          this.#grant()
        })
    }
  }
}

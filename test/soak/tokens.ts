import type { Token, TokenContext } from '@holdfast/core'
import { integer, type Random } from '../support/random.ts'

/** In every token, so that one is found wherever it must not be. */
export const MARK = 'sEcReT'

/** Tokens kept: a client uses the newest two, and a busy server sees dials that were given up long ago. */
const KEPT = 500

/** Issues the tokens of one client, as well as a token server does: late, or not at all. */
export class Tokens {
  readonly #random: Random
  readonly #now: () => number
  readonly #issued: string[] = []

  /** @param isFlaky - Whether it may fail at this moment. */
  constructor(random: Random, now: () => number, isFlaky: () => boolean) {
    this.#random = random
    this.#now = now
    this.token = async ({ signal }) => {
      const draw = isFlaky() ? this.#random() : 1
      if (draw < 0.05) throw new Error('no token today')
      // It hangs until it is given up.
      if (draw < 0.08) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      else if (draw < 0.3) await new Promise(setImmediate)
      return this.#issue()
    }
  }

  readonly token: (context: TokenContext) => Promise<Token>

  has(token: string): boolean {
    return this.#issued.includes(token)
  }

  #issue(): Token {
    const value = `${MARK}-${Math.floor(this.#random() * 2 ** 32).toString(36)}`
    this.#issued.push(value)
    if (this.#issued.length > KEPT) this.#issued.shift()
    return { value, expiresAt: this.#now() + integer(this.#random, 20_000, 90_000) }
  }
}

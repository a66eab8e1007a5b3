import type { Rejection, SayMessage } from '../shared/messages.ts'

export interface Limits {
  /** Characters of one message. */
  readonly maxLength: number
  /** Messages that somebody may say at once: what was written offline comes at once, too. */
  readonly burst: number
  /** How many more they may say after each second. */
  readonly perSecond: number
}

export const LIMITS: Limits = { maxLength: 500, burst: 20, perSecond: 2 }

/** What one member may still say: a token bucket. */
export class Allowance {
  readonly #limits: Limits
  #left: number
  #at = Date.now()

  constructor(limits: Limits) {
    this.#limits = limits
    this.#left = limits.burst
  }

  /** Takes one message from the allowance, or says why not. */
  check({ id, text }: SayMessage): Rejection | undefined {
    const { maxLength, burst, perSecond } = this.#limits
    if (text.length > maxLength) {
      const words = `It has ${text.length} characters, and ${maxLength} are allowed. Shorten it and send again.`
      return { type: 'rejected', id, reason: 'size', text: words }
    }
    const now = Date.now()
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1_000) * perSecond)
    this.#at = now
    if (this.#left < 1) {
      const words = `That was too fast: ${perSecond} messages a second are allowed. Send it again in a moment.`
      return { type: 'rejected', id, reason: 'rate', text: words }
    }
    this.#left -= 1
    return undefined
  }
}

import { checkObject, count } from '../checks.ts'
import { type AcceptOptions, checkAccept } from './closing.ts'

/** What becomes of a dial. */
export type Answer = 'accept' | 'refuse' | 'hang'

/** Which dials an answer is for. */
export interface AnswerOptions {
  /** For how many of the next dials; then it is as it was before. @defaultValue all, and those that hang */
  readonly times?: number | undefined
}

interface Decision {
  readonly answer: Answer
  readonly options: AcceptOptions
}

/** How the next dials are answered. */
export class Answers {
  #always: Decision
  readonly #next: Decision[] = []

  constructor(answer: Answer) {
    this.#always = { answer, options: {} }
  }

  /** @returns whether it counts for all from now on, those that hang included. */
  set(answer: Answer, options: AcceptOptions & AnswerOptions): boolean {
    checkObject(`${answer}(options)`, options)
    checkAccept(options)
    const times = count('times', options.times, Infinity)
    if (times === Infinity) {
      this.#next.length = 0
      this.#always = { answer, options }
      return true
    }
    for (let i = 0; i < times; i++) this.#next.push({ answer, options })
    return false
  }

  take(): Decision {
    return this.#next.shift() ?? this.#always
  }

  get always(): Decision {
    return this.#always
  }
}
